/** What a value is called, and whether that means a secret. @module */

const NAME = /([\w.-]+)["'`\]]*\s*(?:=>|:?=|:)?\s*\(?\s*["'`]?$/;
/** `name: TOKEN` and `value: …` beside each other, as in the environment of a container. */
const PAIR =
  /\bname["'`]?\s*[:=]\s*["'`]?([\w.-]+)["'`]?[\s,]*["'`]?value["'`]?\s*[:=]?\s*["'`]?$/i;

const SECRET =
  /secret|token|passw|pwd|credential|private|auth(?!or(?!i[sz]))|key$|key[_.-]?(?:data|base64|b64|hex|pem)$/i;
const OPEN =
  /public|cache|request|idempot|next|page|continuation|(?:ids?|names?|path|file|arn|url|uri)$/i;
/** Of Vault's AppRole and of Consul: no pointer, in spite of its name. */
const SECRET_ID = /(?<!client[_.-]?)secret[_-]?id$/i;

/** The name that a value at an index is assigned to, or handed over to; empty where there is none. */
export function nameBefore(text: string, index: number): string {
  const before = text.slice(Math.max(0, index - 120), index);
  const name = NAME.exec(before)?.[1] ?? "";
  return name.toLowerCase() === "value" ? PAIR.exec(before)?.[1] ?? name : name;
}

/** Whether a name is that of a secret, and not of what only points to one, as `key_id`. */
export function isSecretName(name: string): boolean {
  return SECRET.test(name) && !OPEN.test(name) || SECRET_ID.test(name);
}
