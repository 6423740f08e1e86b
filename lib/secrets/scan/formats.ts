/** Texts whose form alone says whether they are secret. @module */

/** A format, and what else has to hold of its first group. */
type Format = readonly [what: string, pattern: RegExp, holds?: (part: string) => boolean];

/** Formats that secretlint leaves out. */
const FORMATS: readonly Format[] = [
  ["an age identity", /AGE-SECRET-KEY-(?:1|PQ-1)[0-9A-Z]{40,}/g],
  ["a Vault token", /\bhv[sbr]\.[\w-]{24,}/g],
  ["an older Vault token", /\bs\.(?=[A-Za-z]*\d)(?=\d*[A-Za-z])[A-Za-z0-9]{24}\b/g],
  ["an AWS access key", /\b(?:AKIA|ASIA)[A-Z2-7]{16}\b/g],
  ["a private key", privateKey()],
  ["a private key of PuTTY", /^Private-Lines: \d+\s+[\w+/=]{40}/gm],
  ["a JSON web token", /\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{20,}/g],
  ["a Pulumi token", /\bpul-[0-9a-f]{40}\b/g],
  ["a Concourse or OAuth client secret", /client_secret["']?\s*[:=]\s*["'][\w~.+/-]{16,}["']/gi],
  ["a bearer's token", /\bBearer\s+([\w.~+/-]{16,}=*)/gi, isGenerated],
  [
    "a token in a header",
    /\bAuthorization["'`]?\s*[:=,]\s*["'`]?token\s+([\w-]{16,})/gi,
    isGenerated,
  ],
  ["a name with its password", /\bBasic\s+([A-Za-z0-9+/]{8,}={0,2})/gi, isBasic],
  [
    "a password of .netrc",
    /\b(?:machine\s+[\w.:-]+|^default)\s+login\s+\S+\s+(?:account\s+\S+\s+)?password\s+(\S+)/gm,
    isPassword,
  ],
  [
    "a password in a URL",
    /(?<=[a-z\d]):\/\/[^\s/:@"'`<>]{0,80}:([^\s/@"'`<>]{3,200})@[\w[]/gi,
    isPassword,
  ],
];

/** Where a text holds what is secret by its form. */
export function* knownFormats(text: string): Generator<[index: number, what: string]> {
  for (const [what, pattern, holds] of FORMATS) {
    for (const { index, 1: part } of text.matchAll(pattern)) {
      if (holds === undefined || holds(part)) yield [index, what];
    }
  }
}

/** What SOPS and age write, what is public, and digests: random, and no secret. */
export const HARMLESS: readonly RegExp[] = [
  /#?ENC\[AES256_GCM,[^\]\n]*\]/g,
  /-----BEGIN AGE ENCRYPTED FILE-----[^-]*-----END AGE ENCRYPTED FILE-----/g,
  // A block that is not closed must not hide what comes after it.
  /-----BEGIN ((?:TRUSTED |X509 )?CERTIFICATE|(?:RSA |EC )?PUBLIC KEY)-----[^-]*-----END \1-----/g,
  /\b(?:sha(?:1|256|384|512)["']?(?:\s*[:=]\s*|-)["']?|h1:)[\w+/=-]+/gi,
  /\bage1(?:pq1)?[0-9a-z]{50,}/g,
];

/**
 * PKCS, OpenSSH, PGP and SSH2 alike: the opening line, perhaps headers as in RFC 1421, and the first line
 * of the body; the lines may be broken as in a literal of JSON or of a program.
 */
function privateKey(): RegExp {
  const opening = /-{4,5} ?BEGIN (?:[A-Z\d]+ )*PRIVATE KEY(?: BLOCK)? ?-{4,5}/.source;
  const broken = /(?:\\+[nr]|[\s"'`+,;#>|*])/.source;
  const header = /[A-Z][A-Za-z-]{2,30}: [^\n\\]{0,200}/.source;
  return new RegExp(`${opening}${broken}*(?:${header}${broken}+){0,9}[\\w+/=]{40}`, "g");
}

const PLACEHOLDER =
  /[<>{}$]|%s|^(?:my|your|some|the)[_-]|^(?:pass(?:word|wd)?|pwd?|secret|token|change_?me|example|redacted|user|\W+|(.)\1*)$/i;

/** Whether a text could be a password, and not what stands for one in an example. */
function isPassword(text: string): boolean {
  return !PLACEHOLDER.test(text);
}

function isGenerated(text: string): boolean {
  return isPassword(text) && /\d/.test(text) && /[a-z]/i.test(text) && new Set(text).size > 8;
}

/** Whether a text is `name:password` in base64. */
function isBasic(text: string): boolean {
  let plain: string;
  try {
    plain = atob(text);
  } catch {
    return false;
  }
  const [, password] = /^[\x20-\x39\x3b-\x7e]*:([\x20-\x7e]+)$/.exec(plain) ?? [];
  return password !== undefined && isPassword(password);
}
