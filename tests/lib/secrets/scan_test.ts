/** The scan that needs no key. */
import assert from "node:assert/strict";
import { ROOT } from "lib/cli/root.ts";
import { execOrThrow } from "lib/cli/exec.ts";
import { parseCreationRules, ruleFor } from "lib/secrets/creation_rules.ts";
import { keystore } from "lib/secrets/scan/decode.ts";
import { formatFinding } from "lib/secrets/scan/finding.ts";
import { installHook } from "lib/secrets/scan/hook.ts";
import { scanFiles } from "lib/secrets/scan/scan.ts";
import { scanSecretFile } from "lib/secrets/scan/secret_file.ts";
import { type ScannedFile, stagedFiles, treeFiles } from "lib/secrets/scan/sources.ts";
import { isRandom, scanText } from "lib/secrets/scan/tokens.ts";

const PATH = "secrets/xqwatcher/grader-config.ci.yaml";
const TEXT = await Deno.readTextFile(`${ROOT}/${PATH}`);
const RULES_TEXT = await Deno.readTextFile(`${ROOT}/secrets/.sops.yaml`);
const RULES = parseCreationRules(RULES_TEXT, "secrets/.sops.yaml");
const CANARY = "canary-4711";

Deno.test("the example secrets are sound", () => {
  assert.deepEqual(scanSecretFile(PATH, TEXT, RULES), []);
});

const PRODUCTION = await Deno.readTextFile(
  `${ROOT}/secrets/xqwatcher/grader-config.production.yaml`,
);

const faults: [what: string, path: string, text: string, says: RegExp][] = [
  ["a file without any encryption", PATH, `password: ${CANARY}\n`, /is not encrypted: .*not-encr/],
  ["an open value beside metadata", PATH, `extra: ${CANARY}\n${TEXT}`, /extra is not encrypted/],
  ["an open number in a list", PATH, `l:\n  - a: 4711\n${TEXT}`, /l\[0\]\.a is not encrypted/],
  [
    "a value with text behind it",
    PATH,
    TEXT.replace(/^(xqueue_username: .*)$/m, "$1x"),
    /username/,
  ],
  ["a null that somebody added", PATH, `extra:\n${TEXT}`, /extra is empty: anybody could/],
  ["an empty mapping", PATH, `extra: {}\n${TEXT}`, /extra is empty: anybody could/],
  ["an open comment", PATH, `# ${CANARY}\n${TEXT}`, /:1: a comment is not encrypted/],
  ["a comment behind a value", PATH, TEXT.replace(/\]$/m, `] # ${CANARY}`), /:1: a comment/],
  ["a key that stands twice", PATH, `a: ""\na: ""\n${TEXT}`, /:\d+: has a key twice/],
  ["the key of another environment", PATH, PRODUCTION, /is encrypted to age1djm7.*not name.*recip/],
  ["a name that no rule fits", "secrets/xqwatcher/grader-ci.yaml", TEXT, /no creation rule fits/],
  [
    "a rule that leaves parts open",
    PATH,
    TEXT.replace("unencrypted_suffix: _", "encrypted_suffix: _"),
    /sops\.encrypted_suffix leaves parts open/,
  ],
  ["a code over encrypted values alone", PATH, `${TEXT}  mac_only_encrypted: true\n`, /mac_only/],
  ["no code", PATH, TEXT.replace(/^ +mac: .*\n/m, ""), /sops\.mac is missing/],
  ["several documents", PATH, `${TEXT}---\na: ""\n`, /holds several documents/],
  ["half a file", PATH, TEXT.slice(0, 900), /not-sops/],
  ["nothing in it", PATH, "", /is empty/],
];

for (const [what, path, text, says] of faults) {
  Deno.test(`check-secrets finds a secret file with ${what}`, () => {
    assert.ok(path !== PATH || text !== TEXT, "the fault was not made");
    const said = scanSecretFile(path, text, RULES).map(formatFinding).join("\n");
    assert.match(said, says);
    assert.doesNotMatch(said, /canary|4711/);
  });
}

const rules: [what: string, text: string, says: RegExp][] = [
  ["without a pattern", "creation_rules: [{ age: age1x }]", /path_regex/],
  [
    "whose pattern is open at the end",
    "creation_rules: [{ path_regex: '^a', age: age1x }]",
    /end with/,
  ],
  ["without a recipient", "creation_rules: [{ path_regex: '^a$' }]", /names no recipient/],
  [
    "that leaves parts open",
    "creation_rules: [{ path_regex: ^a$, age: x, encrypted_regex: ^p$ }]",
    /encrypted_regex/,
  ],
  [
    "that only Go reads",
    "creation_rules: [{ path_regex: '^\\pL$', age: x }]",
    /write it more plainly/,
  ],
];

for (const [what, text, says] of rules) {
  Deno.test(`creation rules refuse one ${what}`, () => {
    assert.throws(() => parseCreationRules(text, "secrets/.sops.yaml"), says);
  });
}

Deno.test("the first rule that matches decides, and its recipients are told by group", () => {
  const read = parseCreationRules(
    `creation_rules:
  - path_regex: ^a/.*\\.yaml$
    shamir_threshold: 2
    key_groups: [{ age: [b, a] }, { pgp: "c" }]
  - path_regex: ^.*$
    age: "d, e"\n`,
    "s",
  );
  assert.deepEqual(ruleFor(read, "a/x.yaml")?.groups, [["a", "b"], ["c"]]);
  assert.deepEqual(ruleFor(read, "b/x.yaml")?.groups, [["d", "e"]]);
  assert.deepEqual(read.map(({ threshold }) => threshold), [2, 1]);
});

Deno.test("a group may hold recipients of every kind, as a file's metadata names them", () => {
  const [{ groups, threshold }] = parseCreationRules(
    `creation_rules:
  - path_regex: ^.*$
    key_groups:
      - age: [a]
        kms: [{ arn: arn:b, role: arn:c, context: { app: x }, aws_profile: ci }]
        gcp_kms: [{ resource_id: projects/d }]
        azure_keyvault: [{ vaultUrl: "https://e.vault.azure.net", key: f, version: g }]
        hckms: [{ key_id: h }]
      - hc_vault: [https://i/v1/transit/keys/j]
        pgp: [k]\n`,
    "s",
  );
  assert.deepEqual(groups, [
    ["a", "arn:b+arn:c", "h", "https://e.vault.azure.net/keys/f/g", "projects/d"],
    ["https://i/v1/transit/keys/j", "k"],
  ]);
  assert.equal(threshold, 2);
});

// Put together here, so that this file holds none of them.
const random = "q7ZxK2mW9vB4" + "tR8nJ3pL6sD1fG5h";
const hexadecimal = "0f1e2d3c4b5a6978" + "8796a5b4c3d2e1f0";
const uuid = "0f1e2d3c-4b5a-4978-" + "8796-a5b4c3d2e1f0";
const pem = (label: string, ...lines: string[]) =>
  [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ""].join("\n");
const body = "M".repeat(64);
const rsa = "RSA PRIVATE " + "KEY";
/** As random as base64, and the same in every run. */
const long = btoa(String.fromCharCode(
  ...Array.from({ length: 225 }, (_, at) => Math.floor((Math.sin(at) * 1e4) % 1 * 128 + 128)),
));
const tokens: [what: string, text: string, rule: string | undefined][] = [
  ["an age identity", "AGE-SECRET-KEY-" + "1" + "Q".repeat(58), "known-token"],
  ["a Vault token", "token hvs." + "C".repeat(28), "known-token"],
  ["an AWS access key", "AKIA" + "Q3EGRZ7TBNMXPLWK", "known-token"],
  ["a GitHub token", "ghp_" + "a1B2c3D4e5F6g7H8i9" + "J0k1L2m3N4o5P6q7R8", "known-token"],
  ["a private key", pem(rsa, body), "known-token"],
  [
    "a private key under a password",
    pem(rsa, "Proc-Type: 4,ENCRYPTED", "DEK-Info: AES-128-CBC,0F1E2D3C", "", body),
    "known-token",
  ],
  ["a private key of OpenSSH", pem("OPENSSH PRIVATE " + "KEY", body), "known-token"],
  [
    "a private key of PGP",
    pem("PGP PRIVATE " + "KEY BLOCK", "Version: GnuPG v2", "", body),
    "known-token",
  ],
  ["a private key of PuTTY", `PuTTY-User-Key-File-3: x\nPrivate-Lines: 1\n${body}`, "known-token"],
  ["a private key in JSON", JSON.stringify({ key: pem(rsa, body) }), "known-token"],
  [
    "a private key in JSON, with headers",
    JSON.stringify({ key: pem(rsa, "Proc-Type: 4,ENCRYPTED", "DEK-Info: X,0F", "", body) }),
    "known-token",
  ],
  [
    "a private key after a certificate that is not closed",
    `-----BEGIN CERTIFICATE-----\n${body}\n${pem(rsa, body)}`,
    "known-token",
  ],
  ["a certificate", pem("CERTIFICATE", body), undefined],
  ["a public key of PGP", pem("PGP PUBLIC " + "KEY BLOCK", "", body), undefined],
  ["a kubeconfig's key", `client-key-data: ${btoa(pem(rsa, body, body, body))}`, "known-token"],
  ["a kubeconfig's certificate", `ca-data: ${btoa(pem("CERTIFICATE", body, body))}`, undefined],
  ["a long secret", `signing_secret: ${long}`, "high-entropy"],
  ["a long key in a kubeconfig", `    client-key-data: ${long}`, "high-entropy"],
  ["a long secret in JSON", JSON.stringify({ "signing-token": long }), "high-entropy"],
  ["long data", `wasm: "${long}"`, undefined],
  ["a long text of an author", `author: ${long}`, undefined],
  ["a private key without a body", `"${pem(rsa, "…").trim()}"`, undefined],
  ["a password in a URL", "postgres://admin:" + "hunter2hunter@db.corp/app", "known-token"],
  [
    "a password in a URL of any scheme",
    "rediss://:" + "hunter2hunter@cache.corp:6379/0",
    "known-token",
  ],
  ["a password with escapes in a URL", "amqp://app:" + "p%40ss%2Fw0rd@mq.corp", "known-token"],
  [
    "a template in a URL",
    "amqp://{{username}}:{{password}}@mq.corp and ftp://u:${PW}@h",
    undefined,
  ],
  ["what stands for a password in a URL", "redis://user:password@host and x://u:***@h", undefined],
  ["a URL with a port, and an address", "see http://db.corp:8080/a or mail a@b.corp", undefined],
  ["a bearer's token", `Authorization: Bearer ${random.slice(0, 20)}`, "known-token"],
  ["a bearer's token in a program", `-H "authorization: bearer ${hexadecimal}"`, "known-token"],
  ["a token in a header", `"Authorization": "token ${hexadecimal}"`, "known-token"],
  ["a bearer's token that is a variable", "Authorization: Bearer ${ACCESS_TOKEN_2}", undefined],
  [
    "words on bearers",
    "a bearer authentication-scheme, as in Bearer your-token-0123456789ab",
    undefined,
  ],
  ["a header with a password", `Authorization: Basic ${btoa("admin:" + "hunter2")}`, "known-token"],
  ["a header with an example", `Authorization: Basic ${btoa("user:password")}`, undefined],
  ["words on headers", "Basic authentication, Basic understanding", undefined],
  ["a line of .netrc", "machine git.corp login ci password " + "hunter2", "known-token"],
  ["lines of .netrc", "machine git.corp\n  login ci\n  password " + "hunter2\n", "known-token"],
  ["a template of .netrc", "machine git.corp login ci password $TOKEN", undefined],
  ["the default of .netrc", "default login ci password " + "hunter2", "known-token"],
  ["words on passwords", "a machine's login, and the default login and password of it", undefined],
  ["a random text", `password = "${random}"`, "high-entropy"],
  ["a random text in YAML", `password: ${random}`, "high-entropy"],
  ["random hexadecimal digits", `api_key: "${hexadecimal}"`, "high-entropy"],
  ["hexadecimal digits of a key", `encryption_key: ${hexadecimal}`, "high-entropy"],
  ["hexadecimal digits of an access key", `ACCESS_KEY="${hexadecimal}"`, "high-entropy"],
  [
    "hexadecimal digits in a container's environment",
    `- name: SIGNING_KEY\n  value: "${hexadecimal}"`,
    "high-entropy",
  ],
  ["hexadecimal digits of another value", `- name: REVISION\n  value: "${hexadecimal}"`, undefined],
  ["a digest as the id of a key", `signing_key_id: ${hexadecimal}`, undefined],
  ["a digest as the key of a cache", `cache_key: ${hexadecimal}`, undefined],
  ["a UUID as a password", `db_password = "${uuid}"`, "high-entropy"],
  ["a UUID as a token", `CONSUL_HTTP_TOKEN=${uuid}`, "high-entropy"],
  ["a UUID as a client secret", `clientSecret: ${uuid}`, "high-entropy"],
  ["a UUID as the secret id of an AppRole", `"secret_id": "${uuid}"`, "high-entropy"],
  ["a UUID that is handed over", `connection.setPassword("${uuid}")`, "high-entropy"],
  ["a UUID as the id of a client", `client_id: "${uuid}"`, undefined],
  ["a UUID as the id of a tenant", `TENANT_ID=${uuid}`, undefined],
  ["a UUID as the id of a key", `"secret_key_id": "${uuid}"`, undefined],
  ["a UUID as the id of a client's secret", `client_secret_id: ${uuid}`, undefined],
  ["a UUID of a key in KMS", `key: arn:aws:kms:us-east-1:1:key/${uuid}`, undefined],
  ["a UUID of nothing but noughts", `token: ${uuid.replace(/[0-9a-f]/g, "0")}`, undefined],
  ["a digest", `revision: "${hexadecimal}"`, undefined],
  ["an integrity", `"integrity": "sha512-${random}${random}=="`, undefined],
  ["what SOPS writes", TEXT, undefined],
  ["an age recipient", RULES_TEXT, undefined],
  ["a sentence", 'const text = "The quick brown fox jumps over the lazy dog 42 times"', undefined],
  ["a name", 'const name = "getApplicationLoadBalancerTargetGroup2024"', undefined],
  ["a path", 'import x from "lib/pulumi/evaluate/evaluateStackOffline01.ts"', undefined],
];

for (const [what, text, rule] of tokens) {
  Deno.test(`check-secrets ${rule ? `finds ${what} as ${rule}` : `passes ${what}`}`, async () => {
    const found = await scanText("notes/example.txt", text);
    assert.deepEqual([...new Set(found.map((one) => one.rule))], rule ? [rule] : []);
    for (const finding of found) assert.ok(!text.includes(finding.message.slice(6, 20)));
  });
}

Deno.test("nearly every generated key counts as random, hardly any name does", () => {
  const keys = Array.from({ length: 500 }, () => {
    const bytes = crypto.getRandomValues(new Uint8Array(30));
    return btoa(String.fromCharCode(...bytes));
  });
  assert.ok(keys.filter(isRandom).length > 450);
});

const file = (path: string, text: string): ScannedFile =>
  bytes(path, new TextEncoder().encode(text));
const bytes = (path: string, content: Iterable<number>): ScannedFile => ({
  path,
  read: () => Promise.resolve(Uint8Array.from(content)),
});
/** As Windows writes it. */
const utf16 = (text: string) => [...text].flatMap((letter) => [letter.charCodeAt(0), 0]);
const noise = Array.from({ length: 400 }, (_, at) => (at * at * 37) % 256);
const ascii = (text: string) => [...text].map((letter) => letter.charCodeAt(0));
const link = (path: string, target: string): ScannedFile => ({ ...file(path, ""), link: target });

const RANDOM =
  "holds a text as random as a key: take it out and revoke it, or allow it with a reason " +
  "(high-entropy)";
const others: [what: string, files: ScannedFile, says: string[]][] = [
  ["conflict markers", file("a.ts", "x\n<<<<<<< ours\na\n=======\nb\n>>>>>>> theirs\n"), [
    "a.ts:2: has conflict markers: merge it first (conflict)",
  ]],
  ["UTF-16 with a mark", bytes("a.ps1", [0xff, 0xfe, ...utf16(`a\n$password = "${random}"`)]), [
    `a.ps1:2: ${RANDOM}`,
  ]],
  ["UTF-16 of the other order", bytes("a.ps1", [0xfe, 0xff, 0, ...utf16(`$key = "${random}"`)]), [
    `a.ps1:1: ${RANDOM}`,
  ]],
  ["UTF-16 without a mark", bytes("a.ps1", utf16(`$password = "${random}"`)), [
    `a.ps1:1: ${RANDOM}`,
  ]],
  ["UTF-16 without a secret", bytes("a.ps1", [0xff, 0xfe, ...utf16("Write-Host 'Hello'")]), []],
  ["a text with a nought", file("a.txt", `a\0\npassword: "${random}"`), [`a.txt:2: ${RANDOM}`]],
  [
    "a text in a binary file",
    bytes("a.db", [...noise, ...ascii(`password="${random}"`), ...noise]),
    [
      `a.db: ${RANDOM}`,
    ],
  ],
  ["a binary file", bytes("a.png", noise), []],
  ["a keystore", bytes("certs/server.P12", noise), [
    "certs/server.P12: is a keystore, by its name: take it out and replace its keys, or allow it with a reason (keystore)",
  ]],
  ["a keystore of another name", bytes("a.bin", [0xfe, 0xed, 0xfe, 0xed, 0, 0, 0, 2, ...noise]), [
    "a.bin: is a Java keystore: take it out and replace its keys, or allow it with a reason (keystore)",
  ]],
  ["a program that reads keystores", file("keystore.ts", "open('server.p12')"), []],
  ["a link out of the repository", link("lib/a", "../../etc"), [
    "lib/a: is a link that leads out of the repository: remove it (symlink)",
  ]],
  ["an absolute link", link("a", "/etc/passwd"), [
    "a: is a link that leads out of the repository: remove it (symlink)",
  ]],
  ["a link within", link("lib/a", "../tasks/b"), []],
  ["a link among the secrets", link("secrets/a/b.ci.yaml", "c.ci.yaml"), [
    "secrets/a/b.ci.yaml: is a link: a secret is a file of its own (symlink)",
  ]],
  ["secrets of any other name", file("secrets/notes.txt", "x"), [
    "secrets/notes.txt: no creation rule fits it: name it <context>/<name>.<environment>.yaml (no-rule)",
    "secrets/notes.txt: is not encrypted: encrypt it with sops (not-encrypted)",
  ]],
];

for (const [what, one, says] of others) {
  Deno.test(`check-secrets judges ${what}`, async () => {
    const { findings } = await scanFiles([one], { root: ROOT, isWhole: false });
    assert.deepEqual(findings.map(formatFinding), says);
  });
}

Deno.test("a private key of the web's own making is found in DER", async () => {
  const algorithm = { name: "ECDSA", namedCurve: "P-256" };
  const rsa = {
    name: "RSA-PSS",
    modulusLength: 2048,
    publicExponent: Uint8Array.of(1, 0, 1),
    hash: "SHA-256",
  };
  for (const kind of [algorithm, rsa, { name: "Ed25519" }]) {
    const { privateKey, publicKey } = await crypto.subtle.generateKey(kind, true, [
      "sign",
      "verify",
    ]) as CryptoKeyPair;
    const pkcs8 = new Uint8Array(await crypto.subtle.exportKey("pkcs8", privateKey));
    const spki = new Uint8Array(await crypto.subtle.exportKey("spki", publicKey));
    assert.equal(keystore("a", pkcs8), "a private key in DER");
    assert.equal(keystore("a", spki), undefined);
  }
});

Deno.test("an allowance covers as many findings as it says, and one too many is told", async () => {
  const allow = (count: number) =>
    file(
      "secrets/.allow.yaml",
      `[{ path: "a/*.txt", rule: high-entropy, count: ${count}, reason: It is only an example }]`,
    );
  const text = `k: ${random}\nl: ${random}\n`;
  const scan = async (count: number) =>
    (await scanFiles([allow(count), file("a/b.txt", text)], { root: "/nowhere", isWhole: true }))
      .findings.map(({ rule, line }) => [rule, line]);
  assert.deepEqual(await scan(2), []);
  assert.deepEqual(await scan(1), [["high-entropy", 2]]);
  assert.deepEqual(await scan(3), [["allow-list", undefined]]);
});

Deno.test("staged content counts, not the working tree; the hook is installed once", async () => {
  const root = await Deno.makeTempDir();
  const git = (...args: string[]) => execOrThrow("git", args, { cwd: root });
  try {
    await git("init", "--quiet");
    await Deno.mkdir(`${root}/secrets/a`, { recursive: true });
    await Deno.writeTextFile(`${root}/secrets/.sops.yaml`, RULES_TEXT);
    await Deno.writeTextFile(`${root}/secrets/a/b.ci.yaml`, `password: ${CANARY}\n`);
    await Deno.symlink("/etc/passwd", `${root}/leak`);
    await git("add", "-A");
    await Deno.writeTextFile(`${root}/secrets/a/b.ci.yaml`, TEXT);
    const staged = await scanFiles(await stagedFiles(root), { root, isWhole: false });
    assert.deepEqual(staged.findings.map(({ path, rule }) => [path, rule]), [
      ["leak", "symlink"],
      ["secrets/a/b.ci.yaml", "not-encrypted"],
    ]);
    const tree = await scanFiles(await treeFiles(root), { root, isWhole: true });
    assert.deepEqual(tree.findings.map(({ path }) => path), ["leak"]);

    assert.match(await installHook(root), /from now on/);
    assert.match(await installHook(root), /already/);
    assert.equal((await git("config", "core.hooksPath")).trim(), ".githooks");
    await git("config", "core.hooksPath", "elsewhere");
    await assert.rejects(installHook(root), /core\.hooksPath is elsewhere: call/);
    await git("config", "--unset", "core.hooksPath");
    await Deno.writeTextFile(`${root}/.git/hooks/pre-push`, "");
    await assert.rejects(installHook(root), /holds pre-push, which core\.hooksPath would shut out/);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});
