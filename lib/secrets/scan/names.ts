/** What a value is called, and whether that means a secret. @module */

const NAME = /([\w.-]+)["'`\]]*\s*(?:=>|:?=|:)?\s*\(?\s*$/;
const SECRET =
  /secret|token|passw|pwd|credential|private|auth(?!or(?!i[sz]))|key$|key[_.-]?(?:data|base64|b64|hex|pem)$/i;
const OPEN = /public|id$|ids$|name$|names$|path$|file$|arn$|url$|uri$/i;

/** The name that a value at an index is assigned to, or handed over to; empty where there is none. */
export function nameBefore(text: string, index: number): string {
  return NAME.exec(text.slice(Math.max(0, index - 80), index))?.[1] ?? "";
}

/** Whether a name is that of a secret, and not of what only points to one, as `key_id`. */
export function isSecretName(name: string): boolean {
  return SECRET.test(name) && !OPEN.test(name);
}
