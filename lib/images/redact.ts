/**
 * Makes a filter that replaces secrets, and what they look like in base64, hex, JSON, URLs and
 * shell quotes, by `(secret)`. Secrets shorter than four characters are left alone: hiding them
 * would hide half the text.
 */
export function redactor(secrets: Iterable<string>): (text: string) => string {
  const forms = new Set<string>();
  for (const secret of secrets) {
    if (secret.length < 4) continue;
    const bytes = new TextEncoder().encode(secret);
    const base64 = btoa(String.fromCharCode(...bytes));
    forms.add(secret);
    forms.add(base64).add(base64.replace(/=+$/, ""));
    forms.add(base64.replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, ""));
    forms.add(bytes.reduce((text, byte) => text + byte.toString(16).padStart(2, "0"), ""));
    forms.add(encodeURIComponent(secret));
    forms.add(JSON.stringify(secret).slice(1, -1));
    forms.add(secret.replaceAll("'", `'"'"'`));
  }
  // Longest first, so that no part of a longer form is left beside a shorter one.
  const ordered = [...forms].sort((a, b) => b.length - a.length);
  return (text) => ordered.reduce((out, form) => out.replaceAll(form, "(secret)"), text);
}
