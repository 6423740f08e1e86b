/** F41: a secret is seen by Vault and by nobody else. */
import assert from "node:assert/strict";
import { withBao } from "tests/support/bao.ts";
import { engineTest } from "tests/support/engine.ts";
import { makeSecretsRoot } from "tests/support/secrets_root.ts";
import { freshMount, heldAt, writeForeign } from "tests/support/synced_vault.ts";
import { type ProxiedRequest, startProxy, type Verdict } from "tests/support/vault_proxy.ts";

const CANARY = 'canary-7f3d"\\9a\n1c';
const FORMS = [
  CANARY,
  JSON.stringify(CANARY).slice(1, -1),
  JSON.stringify(JSON.stringify(CANARY)).slice(3, -3),
  btoa(CANARY).slice(0, 16),
  "canary-7f3d",
  "63616e6172792d37",
  "canary-foreign",
];

const leaksIn = (text: string) => FORMS.filter((form) => text.includes(form));

/** Every file below a folder, as text. */
async function readFolder(folder: string): Promise<string> {
  let text = "";
  for await (const { name, isDirectory, isFile } of Deno.readDir(folder)) {
    if (isDirectory) text += await readFolder(`${folder}/${name}`);
    if (isFile) text += await Deno.readTextFile(`${folder}/${name}`).catch(() => "");
  }
  return text;
}

/** The command lines and environments of a process and those it started. */
async function readProcess(pid: number): Promise<string> {
  const read = (name: string) => Deno.readTextFile(`/proc/${pid}/${name}`).catch(() => "");
  const children = (await read(`task/${pid}/children`)).split(" ").filter(Boolean);
  const texts = await Promise.all(children.map((child) => readProcess(Number(child))));
  return [await read("cmdline"), await read("environ"), ...texts].join("\n");
}

const echo = (status: number) => ({ body }: ProxiedRequest) =>
  Response.json({ errors: [`failed to parse ${body}`, JSON.parse(body).data?.password] }, {
    status,
  });
const onWrite = (verdict: (request: ProxiedRequest) => Verdict) => (request: ProxiedRequest) =>
  request.method === "POST" && request.path.startsWith("app/data/") ? verdict(request) : undefined;

const rows: [what: string, words: string[], judge?: (request: ProxiedRequest) => Verdict][] = [
  ["a plan", []],
  ["a plan as JSON", ["--json"]],
  [
    "a write that the server refuses with the request in its words",
    ["--apply"],
    onWrite(echo(400)),
  ],
  ["a server that fails with the request in its words", ["--apply"], onWrite(echo(500))],
  ["a body that is no JSON", ["--apply"], onWrite(() => new Response(`<p>${CANARY}</p>`))],
  ["a connection that ends", ["--apply"], onWrite(() => "drop")],
  ["a denial", ["--apply", "--json"], onWrite(echo(403))],
  [
    "a read that is no JSON",
    [],
    ({ path }) => path.startsWith("app/data/") ? new Response(`{"data": ${CANARY}`) : undefined,
  ],
  [
    "a read of another shape",
    [],
    ({ path }) =>
      path.startsWith("app/data/")
        ? Response.json({ data: { data: CANARY, metadata: CANARY } })
        : undefined,
  ],
  ["a write", ["--apply"]],
  ["what was edited", ["--apply", "--adopt", "--json"]],
];

engineTest(
  ["bao", "sops"],
  "F41 a canary is in no output, argument, environment or file",
  async (engines, t) => {
    await using root = await makeSecretsRoot(engines.sops.path, {
      app: { db: { password: CANARY, user: "app" }, other: { list: [CANARY] } },
    });
    const scratch = await Deno.makeTempDir();
    try {
      await withBao(engines.bao.path, async (bao) => {
        await freshMount(bao);
        await writeForeign(bao, "gone", { old: "canary-foreign" });
        for (const [what, words, judge] of rows) {
          await t.step(what, async () => {
            if (what.startsWith("a read")) await writeForeign(bao, "db", { a: "canary-foreign" });
            if (what === "a write") await bao.request("DELETE", "app/metadata/db");
            if (what === "what was edited") {
              await writeForeign(bao, "db", { password: "canary-foreign" });
            }
            const seen: string[] = [];
            await using proxy = startProxy(bao.address, async (request) => {
              seen.push(await readFolder(scratch), await readProcess(child.pid));
              return judge?.(request);
            });
            const env = {
              VAULT_ADDR: proxy.address,
              VAULT_TOKEN: bao.token,
              HOME: scratch,
              TMPDIR: scratch,
            };
            const child = root.start("sync-secrets", ["--env", "ci", ...words], env);
            const { stdout, stderr } = await child.output();
            seen.push(await readFolder(scratch), await readFolder(root.path));
            const [out, err] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
            assert.notEqual(out + err, "");
            assert.doesNotMatch(err, /defect/);
            assert.deepEqual(leaksIn([out, err, ...seen].join("\n")), [], out + err);
            assert.ok(!(out + err).includes(bao.token), "the token is not shown");
          });
        }
        assert.deepEqual((await heldAt(bao, "db")).data, { password: CANARY, user: "app" });
        assert.deepEqual((await heldAt(bao, "other")).data, { list: [CANARY] });
      });
    } finally {
      await Deno.remove(scratch, { recursive: true });
    }
  },
);
