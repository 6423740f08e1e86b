/**
 * The reader beside the real `sops`: random documents, and damaged ones. By default some of them; with
 * `SECRETS_CORPUS=1000` as many of each.
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import { generateIdentity, identityToRecipient } from "age-encryption";
import { exec } from "lib/cli/exec.ts";
import { messageOf, Problem } from "lib/schema/problem.ts";
import { loadJson } from "lib/secrets/sops/json.ts";
import { readSopsFile } from "lib/secrets/sops/read.ts";
import type { Branch, Node } from "lib/secrets/sops/tree.ts";
import { loadYaml } from "lib/secrets/sops/yaml.ts";
import { engineTest } from "tests/support/engine.ts";
import { anyDamage, anyDocument, damage } from "tests/lib/secrets/corpus/documents.ts";

const COUNT = Number(Deno.env.get("SECRETS_CORPUS") ?? 40);
const SEED = 20261123;

const identity = await generateIdentity();
const recipient = await identityToRecipient(identity);
const env = (name: string) => name === "SOPS_AGE_KEY" ? identity : undefined;

/** What sops, or the reader, makes of a file: a tree as text, or a refusal. */
type Verdict = { readonly tree: string } | { readonly refusal: string };

type Sops = { readonly path: string; readonly env: Readonly<Record<string, string>> };

async function run(sops: Sops, args: readonly string[], stdin?: string) {
  return await exec(sops.path, args, {
    cwd: Deno.env.get("TMPDIR") ?? "/tmp",
    env: { ...sops.env, SOPS_AGE_KEY: identity },
    ...(stdin === undefined ? {} : { stdin }),
  });
}

/** Trees are compared as JSON has them: moments and bytes as sops writes them there. */
function canonical(node: Node): unknown {
  switch (node.kind) {
    case "map":
      return node.entries.map(([key, value]) => [key, canonical(value)]);
    case "list":
      return { list: node.items.filter(({ kind }) => kind !== "comment").map(canonical) };
    case "null":
    case "comment":
      return null;
    case "int":
      return `int ${node.value}`;
    case "float":
      // JSON has one kind of number.
      return Number.isInteger(node.value) && Number.isSafeInteger(node.value)
        ? `int ${node.value}`
        : `float ${node.value}`;
    case "bool":
      return node.value;
    case "time":
      return `str ${node.value}`;
    case "str":
      return typeof node.value === "string"
        ? `str ${node.value}`
        : `bytes ${node.value.toBase64()}`;
  }
}

const asText = (documents: readonly Branch[]) => JSON.stringify(documents.map(canonical));

/** Where bytes and infinities stand, sops's JSON is no use, and its YAML is read instead. */
async function sopsVerdict(sops: Sops, path: string): Promise<Verdict> {
  const json = await run(sops, ["decrypt", "--output-type", "json", path]);
  if (json.code === 0 && !/\ufffd|\\ufffd/i.test(json.stdout)) {
    return { tree: asText([loadJson(json.stdout, "sops")]) };
  }
  const yaml = await run(sops, ["decrypt", "--output-type", "yaml", path]);
  if (yaml.code !== 0) return { refusal: `exit code ${yaml.code}` };
  return { tree: asText(loadYaml(yaml.stdout, "sops")) };
}

async function ourVerdict(path: string): Promise<Verdict> {
  try {
    return { tree: asText((await readSopsFile(path, env, "file.yaml")).documents) };
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return { refusal: messageOf(error) };
  }
}

/** Encrypts documents until there are enough that sops itself reads again. */
async function encrypted(sops: Sops, folder: string, count: number): Promise<string[]> {
  const texts: string[] = [];
  for (let round = 0; texts.length < count; round++) {
    const documents = fc.sample(anyDocument, { seed: SEED + round, numRuns: count });
    for (const { text, args } of documents) {
      if (texts.length === count) break;
      // Then neither sops's JSON nor its YAML can be read back exactly.
      if (/!!binary|\.inf/.test(text) && /[\u0085\u2028\u2029]|\\u2028/.test(text)) continue;
      await Deno.writeTextFile(`${folder}/plain.yaml`, text);
      const result = await run(sops, [
        "encrypt",
        "--age",
        recipient,
        ...args,
        `${folder}/plain.yaml`,
      ]);
      if (result.code === 0) texts.push(result.stdout);
    }
  }
  return texts;
}

async function withFolder(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

engineTest(
  "sops",
  `${COUNT} random documents are read as sops reads them`,
  ({ sops }) =>
    withFolder(async (folder) => {
      const path = `${folder}/file.yaml`;
      let unreadable = 0;
      for (const text of await encrypted(sops, folder, COUNT)) {
        await Deno.writeTextFile(path, text);
        const theirs = await sopsVerdict(sops, path);
        // SOPS cannot read all that it writes: an open -0.0, for one.
        if ("refusal" in theirs) {
          unreadable++;
          continue;
        }
        const ours = await ourVerdict(path);
        if ("refusal" in ours && LINE_BREAKS.test(text)) continue;
        assert.deepEqual(ours, theirs);
      }
      assert.ok(unreadable < COUNT / 20, `${unreadable} of ${COUNT} documents were no use`);
    }),
);

/** Line breaks of YAML 1.1 alone, which stand open in a file only where values do: they are refused. */
const LINE_BREAKS = /[\u0085\u2028\u2029]/;

/** Where the reader is stricter than sops, and why. */
const STRICTER: readonly (readonly [why: string, says: RegExp])[] = [
  [
    "sops's pattern for values is open at the end, and takes any nonce",
    /is not an encrypted value/,
  ],
  ["anchors, aliases and merge keys are never written by sops", /anchor|alias|merge key/],
  ["what is no YAML 1.2 is not guessed at", /is not YAML|has a tag|holds no mapping|is not text/],
  ["a key may stand once in any mapping", /has a key twice/],
  ["a comment takes no value's place", /holds a comment in place of a value/],
  ["a type must fit its content", /is of type|contradicts|is no /],
  ["line breaks of YAML 1.1 are refused", /has a line break other than/],
  ["the metadata must be what sops writes", /sops\.|names no keys/],
];

engineTest(
  "sops",
  `${COUNT} damaged files: what sops refuses is refused, what it takes is the same or ` +
    "refused for a known reason",
  ({ sops }) =>
    withFolder(async (folder) => {
      const path = `${folder}/file.yaml`;
      const pool = await encrypted(sops, folder, Math.min(50, COUNT));
      const damages = fc.sample(anyDamage, { seed: SEED, numRuns: COUNT * 4 });
      const stricter = new Map<string, number>();
      const counts = { refused: 0, taken: 0 };
      for (let index = 0, done = 0; done < COUNT; index++) {
        const original = pool[index % pool.length];
        const text = damage(original, damages[index % damages.length]);
        if (text === original) continue;
        done++;
        await Deno.writeTextFile(path, text);
        const [theirs, ours] = [await sopsVerdict(sops, path), await ourVerdict(path)];
        const said = `${damages[index % damages.length].kind}: ${JSON.stringify(ours)}`;
        if ("refusal" in theirs) {
          assert.ok("refusal" in ours, `sops refuses it (${theirs.refusal}): ${said}`);
          counts.refused++;
        } else if ("refusal" in ours) {
          const row = STRICTER.find(([, says]) => says.test(ours.refusal));
          assert.ok(row, `only the reader refuses it, for no known reason: ${said}`);
          stricter.set(row[0], (stricter.get(row[0]) ?? 0) + 1);
        } else {
          assert.deepEqual(ours, theirs, said);
          counts.taken++;
        }
      }
      assert.ok(counts.refused > COUNT / 4 && counts.taken > 0, JSON.stringify(counts));
      // deno-lint-ignore no-console
      if (Deno.env.has("SECRETS_CORPUS")) console.log(counts, Object.fromEntries(stricter));
    }),
);
