import assert from "node:assert/strict";
import fc from "fast-check";
import { checkDeletions } from "lib/secrets/sync/deletions.ts";
import { checkSizes, checkTargets } from "lib/secrets/sync/limits.ts";
import { ownership } from "lib/secrets/sync/ownership.ts";
import { placeOf, planSync } from "lib/secrets/sync/plan.ts";
import { formatPlan } from "lib/secrets/sync/report.ts";
import type { KvSecret } from "lib/vault/kv.ts";
import { wantedSecret } from "tests/support/synced_vault.ts";

const secret = wantedSecret("db", { user: "app", nested: { a: 1, b: [true, null] } });
const ours = (version: number) => ownership(secret, version);
const CHOICES = { adopt: false, delete: false };

function planOne(held: KvSecret | undefined, choices = CHOICES) {
  const secrets = new Map(held ? [[placeOf(secret), held]] : []);
  return planSync([secret], { secrets, orphans: [], unlisted: [] }, choices).secrets[0];
}

const same = { nested: { b: [true, null], a: 1 }, user: "app" };
const other = { user: "else", old: "x" };
const rows: [what: string, held: KvSecret | undefined, action: string, adopted?: string][] = [
  ["never there", undefined, "add"],
  [
    "ours and the same, its keys in another order",
    { version: 3, data: same, custom: ours(3) },
    "unchanged",
  ],
  ["ours and another value", { version: 3, data: other, custom: ours(3) }, "change"],
  ["the same, without a note", { version: 3, data: same }, "claim"],
  ["the same, the note one version behind", { version: 4, data: same, custom: ours(3) }, "claim"],
  [
    "the same, noted for another file",
    {
      version: 3,
      data: same,
      custom: ownership({ ...secret, source: "secrets/app/old.ci.yaml" }, 3),
    },
    "conflict",
    "claim",
  ],
  [
    "another, written from another environment's file",
    {
      version: 3,
      data: { key: "other" },
      custom: ownership({ ...secret, source: "secrets/app/db.production.yaml" }, 3),
    },
    "conflict",
    "change",
  ],
  [
    "another, of another repository",
    { version: 3, data: { key: "other" }, custom: { managed_by: "sync-secrets of elsewhere" } },
    "conflict",
    "change",
  ],
  [
    "the same, but another tool's",
    { version: 3, data: same, custom: { managed_by: "x" } },
    "conflict",
    "claim",
  ],
  ["ours, then edited", { version: 4, data: other, custom: ours(3) }, "conflict", "change"],
  ["someone else's", { version: 1, data: other }, "conflict", "change"],
  ["ours and soft-deleted", { version: 3, state: "deleted", custom: ours(3) }, "restore"],
  ["ours and destroyed", { version: 3, state: "destroyed", custom: ours(3) }, "restore"],
  ["someone else's and deleted", { version: 3, state: "deleted" }, "conflict", "restore"],
  ["text in place of a number", {
    version: 3,
    data: { ...same, nested: { a: "1", b: [true, null] } },
    custom: ours(3),
  }, "change"],
];

for (const [what, held, action, adopted = action] of rows) {
  Deno.test(`a secret that is ${what}: ${action}${adopted === action ? "" : `, adopted: ${adopted}`}`, () => {
    assert.equal(planOne(held).action, action);
    assert.equal(planOne(held, { ...CHOICES, adopt: true }).action, adopted);
  });
}

Deno.test("a plan shows keys and lengths, and no value", () => {
  const plan = planSync(
    [wantedSecret("db", { added: "four", changed: "canary-new", same: "canary-same" })],
    {
      secrets: new Map([["ci:app/db", {
        version: 2,
        custom: ownership(secret, 2),
        data: { changed: "canary-old", same: "canary-same", removed: "canary-gone" },
      }]]),
      orphans: [{
        environment: "ci",
        mount: "app",
        path: "gone",
        source: "secrets/app/gone.ci.yaml",
        version: 5,
      }],
      unlisted: [],
    },
    { adopt: false, delete: true },
  );
  assert.equal(
    formatPlan(plan),
    "change  app/db    version 2  +added (4) ~changed (10) -removed\n" +
      "delete  app/gone  version 5  no longer in secrets/app/gone.ci.yaml",
  );
  assert.ok(!JSON.stringify(plan).includes("canary"));
});

Deno.test("F42 the digest tells every change of files, versions and choices apart", () => {
  const held = (version: number, createdTime = "t") =>
    new Map([["ci:app/db", { version, createdTime, data: other, custom: ours(version) }]]);
  const digest = (
    wanted = secret,
    secrets: Map<string, KvSecret> = held(3),
    choices = CHOICES,
  ) => planSync([wanted], { secrets, orphans: [], unlisted: [] }, choices).digest;
  const digests = [
    digest(),
    digest({ ...secret, sourceDigest: "other" }),
    digest(wantedSecret("db", { user: "longer" })),
    digest(secret, held(4)),
    digest(secret, held(3, "later")),
    digest(secret, new Map()),
    digest({ ...secret, environment: "qa" }, new Map()),
  ];
  assert.equal(new Set(digests).size, digests.length);
  assert.equal(digest(), digest());
});

Deno.test("the digest does not depend on values: it gives nothing to guess them by", () => {
  const digestOf = (password: string) =>
    planSync([{ ...wantedSecret("db", { password }), sourceDigest: "x" }], {
      secrets: new Map(),
      orphans: [],
      unlisted: [],
    }, CHOICES).digest;
  assert.equal(digestOf("hunter2"), digestOf("hunter3"));
});

Deno.test("what went through JSON compares as unchanged, whatever it is", () => {
  fc.assert(fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (data) => {
    const wanted = { ...secret, data };
    const held = { version: 1, data: JSON.parse(JSON.stringify(data)), custom: ours(1) };
    const plan = planSync(
      [wanted],
      { secrets: new Map([["ci:app/db", held]]), orphans: [], unlisted: [] },
      CHOICES,
    );
    assert.equal(plan.secrets[0].action, "unchanged");
  }));
});

const refused: [what: string, wanted: Parameters<typeof checkSizes>[0], says: RegExp][] = [
  [
    "F22 two files for one path",
    [secret, { ...secret, source: "secrets/other/db.ci.yaml" }],
    /secrets\/other\/db\.ci\.yaml and secrets\/app\/db\.ci\.yaml both say app\/db/,
  ],
  ["F23 a path that leaves its mount", [{ ...secret, path: "../sys/raw" }], /is no place in Vault/],
  ["F23 a path with two slashes", [{ ...secret, path: "a//b" }], /is no place in Vault/],
  [
    "F23 a path with a control character",
    [{ ...secret, path: "a\u0000b" }],
    /"a\\u0000b" is no place/,
  ],
  ["F23 a path with a question mark", [{ ...secret, path: "a?list=true" }], /is no place in Vault/],
  ["F23 an empty mount", [{ ...secret, mount: "" }], /is no place in Vault/],
  [
    "F37 more than 1,000 strings",
    [wantedSecret("db", Object.fromEntries(Array.from({ length: 499 }, (_, i) => [`k${i}`, "v"])))],
    /has 998 keys and texts, OpenBao takes 997: split it/,
  ],
  [
    "F37 more than a mebibyte",
    [wantedSecret("db", { a: "x".repeat(1 << 20) })],
    /is \d+ bytes in all/,
  ],
];

for (const [what, wanted, says] of refused) {
  Deno.test(`${what} is refused before any request`, () => {
    assert.throws(() => {
      checkTargets(wanted);
      checkSizes(wanted);
    }, says);
  });
}

Deno.test("two environments may say the same path, unless they are one Vault", () => {
  const both = [secret, {
    ...secret,
    environment: "qa" as const,
    source: "secrets/app/db.qa.yaml",
  }];
  checkTargets(both);
  assert.throws(() => checkTargets(both, () => "one"), /both say app\/db of one Vault/);
});

Deno.test("F40 deletions: ten or a fifth, one always, or what is allowed", () => {
  const plan = (deletions: number, kept: number) => ({
    digest: "",
    secrets: Array.from({ length: deletions + kept }, (_, i) => ({
      ...planOne(undefined),
      action: i < deletions ? "delete" as const : "unchanged" as const,
    })),
  });
  checkDeletions(plan(1, 0), {});
  checkDeletions(plan(2, 8), {});
  checkDeletions(plan(10, 90), {});
  assert.throws(() => checkDeletions(plan(2, 7), {}), /2 secrets of 9 .* 1 may be/);
  assert.throws(() => checkDeletions(plan(11, 989), {}), /11 secrets of 1000 .* 10 may be/);
  checkDeletions(plan(11, 0), { max: 11 });
  assert.throws(() => checkDeletions(plan(1, 99), { max: 0 }), /0 may be/);
});
