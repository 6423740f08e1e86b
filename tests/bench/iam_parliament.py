"""Lints every file given on stdin with ol-parliament and its community auditors; prints the findings' count."""
import sys

from parliament import analyze_policy_string

count = 0
for path in sys.stdin.read().split():
    with open(path) as file:
        text = file.read()
    try:
        count += len(analyze_policy_string(text, include_community_auditors=True).findings)
    except Exception:
        count += 1
print(count)
