"""The thirty operations of images_operations.ts, for pyinfra."""

import io

from pyinfra.operations import files, server

for i in range(4):
    server.group(group=f"group{i}")
for i in range(4):
    server.user(user=f"user{i}", shell="/bin/sh")
for i in range(8):
    files.directory(path=f"/srv/bench/{i}", mode="750")
for i in range(12):
    files.put(src=io.StringIO(f"line {i}\n" * 20), dest=f"/srv/bench/file{i}", mode="640")
for i in range(2):
    files.link(path=f"/srv/bench/link{i}", target=f"/srv/bench/{i}")
