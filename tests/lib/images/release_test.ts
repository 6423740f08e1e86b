import assert from "node:assert/strict";
import { releasePath, type ReleaseRecord, writeJson } from "lib/images/manifest.ts";
import { readRelease, releasedAmi } from "lib/images/release.ts";
import { Problem, Problems } from "lib/schema/problem.ts";

const KEY = { image: "vault", nodeType: "server", environment: "QA" } as const;
const RECORD: ReleaseRecord = {
  ...KEY,
  build: "vault-server-QA-20261101120000",
  builtAt: "2026-11-01T12:00:00Z",
  commit: "0123456789abcdef",
  sbomDigest: "0".repeat(64),
  ami: { "us-east-1": "ami-0123456789abcdef0" },
  versions: { vault: "2.0.3" },
};

async function repository(files: Record<string, unknown>): Promise<string> {
  const root = await Deno.makeTempDir({ prefix: "image-release-" });
  await Deno.mkdir(`${root}/images/vault`, { recursive: true });
  await Deno.writeTextFile(`${root}/images/vault/image.ts`, "");
  for (const [path, value] of Object.entries(files)) await writeJson(`${root}/${path}`, value);
  return root;
}

const PATH = releasePath("", "vault", "server", "QA").slice(1);

Deno.test("a project reads the AMI that is released for its environment and region", async () => {
  const root = await repository({ [PATH]: RECORD });
  assert.deepEqual(await readRelease(KEY, root), RECORD);
  assert.equal(await releasedAmi({ ...KEY, region: "us-east-1" }, root), "ami-0123456789abcdef0");
  await Deno.remove(root, { recursive: true });
});

const REFUSALS: readonly {
  readonly when: string;
  readonly files?: Record<string, unknown>;
  readonly key?: Partial<{ image: string; nodeType: string; region: string }>;
  readonly says: RegExp;
}[] = [
  {
    when: "nothing is released",
    says:
      /^images\/vault\/releases\/server\.qa\.json is missing: no AMI of vault is released as server for QA: deno task build-image vault --target ami --node-type server --env qa builds one and writes it$/,
  },
  {
    when: "only another node type is",
    files: { [PATH]: RECORD },
    key: { nodeType: "agent" },
    says: /agent\.qa\.json is missing \(there are server\.qa\.json\)/,
  },
  {
    when: "the image does not exist",
    key: { image: "vaul" },
    says: /^There is no image "vaul": did you mean "vault"\?$/,
  },
  {
    when: "the record was copied from another environment",
    files: { [PATH]: { ...RECORD, environment: "CI" } },
    says: /^images\/vault\/releases\/server\.qa\.json: environment is "CI" and must be "QA"/,
  },
  {
    when: "the record is malformed",
    files: { [PATH]: { ...RECORD, ami: { "us-east-1": "none" } } },
    says: /server\.qa\.json: ami\.us-east-1: is not an AMI id/,
  },
  {
    when: "the region has no AMI",
    files: { [PATH]: RECORD },
    key: { region: "eu-west-1" },
    says: /has no AMI in eu-west-1, only in us-east-1: build the image there/,
  },
];

for (const { when, files = {}, key = {}, says } of REFUSALS) {
  Deno.test(`no AMI is returned when ${when}`, async () => {
    const root = await repository(files);
    await assert.rejects(releasedAmi({ ...KEY, region: "us-east-1", ...key }, root), (error) => {
      assert.ok(error instanceof Problem || error instanceof Problems, String(error));
      assert.match(error.message, says);
      return true;
    });
    await Deno.remove(root, { recursive: true });
  });
}

Deno.test("Production starts no AMI of a work tree that no commit has, other environments do", async () => {
  const production = { ...KEY, environment: "Production" } as const;
  for (const commit of ["0123456789abcdef-dirty", "unknown"]) {
    const root = await repository({
      [PATH]: { ...RECORD, commit },
      [PATH.replace(".qa", ".production")]: { ...RECORD, ...production, commit },
    });
    assert.equal((await readRelease(KEY, root)).commit, commit);
    await assert.rejects(
      readRelease(production, root),
      /server\.production\.json: .* is of commit ".*", which does not say what is in it: commit, and deno task build-image vault/,
    );
    await Deno.remove(root, { recursive: true });
  }
});
