import assert from "node:assert/strict";
import { Exit } from "lib/cli/task.ts";
import { task } from "tasks/set_pipelines.ts";
import { engineTest } from "tests/support/engine.ts";
import { fakeIo, runWith } from "tests/support/io.ts";

/** As much of Concourse's API as setting pipelines takes. */
function startServer(version: string) {
  const pipelines = new Map<string, { config: unknown; paused: boolean; version: number }>();
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    const { pathname } = new URL(request.url);
    if (pathname === "/api/v1/info") return Response.json({ version, worker_version: "2.5" });
    const list = [...pipelines].map(([name, { paused }], id) => ({
      id,
      name,
      paused,
      public: false,
      archived: false,
      team_name: "main",
    }));
    const [, name, what] = /^\/api\/v1\/teams\/main\/pipelines(?:\/([^/]+)(?:\/(\w+))?)?$/
      .exec(pathname) ?? [];
    if (name === undefined) return Response.json(list);
    const held = pipelines.get(name);
    if (what === "config" && request.method === "PUT") {
      const config = JSON.parse(await request.text().then(toJson));
      pipelines.set(name, {
        config,
        paused: held?.paused ?? true,
        version: (held?.version ?? 0) + 1,
      });
      return Response.json({ warnings: [] }, { status: held ? 200 : 201 });
    }
    if (held === undefined) return new Response("", { status: 404 });
    if (what === "unpause") held.paused = false;
    if (what === "pause") held.paused = true;
    if (what !== "config") return Response.json(list.find((one) => one.name === name));
    return Response.json({ config: held.config }, {
      headers: { "X-Concourse-Config-Version": `${held.version}` },
    });
  });
  return { server, pipelines, url: `http://127.0.0.1:${server.addr.port}` };
}

/** `fly` sends YAML. */
async function toJson(text: string): Promise<string> {
  const { parseYaml } = await import("lib/schema/yaml.ts");
  return JSON.stringify(parseYaml(text, "request"));
}

engineTest(
  "fly",
  "the real fly compares, sets and unpauses",
  async ({ fly }) => {
    const home = await Deno.makeTempDir();
    const { server, pipelines, url } = startServer(fly.version);
    const before = Deno.env.get("HOME");
    try {
      // Not a real token: the server takes any.
      const token = { type: "bearer", value: `e30.${btoa('{"exp":99999999999}')}.x` };
      await Deno.writeTextFile(
        `${home}/.flyrc`,
        JSON.stringify({ targets: { test: { api: url, team: "main", token } } }),
      );
      Deno.env.set("HOME", home);
      const set = async (...words: string[]) => {
        const io = fakeIo({ env: { FLY: fly.path, FLY_TARGET: "test" } });
        return await runWith(task, ["meta", ...words], io);
      };
      const planned = await set("--dry-run");
      assert.equal(planned.code, Exit.Pending, planned.stderr);
      assert.match(planned.stdout, /job set-pipelines has been added/);
      assert.match(planned.stdout, /^meta +absent +create$/m);
      assert.equal(pipelines.size, 0);

      const done = await set("--yes", "--unpause");
      assert.equal(done.code, Exit.Ok, done.stderr);
      assert.equal(pipelines.get("meta")!.paused, false);
      assert.equal((await set("--dry-run")).code, Exit.Ok, "what was set is up to date");

      const stranger = await set("--target", "nowhere", "--dry-run");
      assert.equal(stranger.code, Exit.Failed);
      assert.match(stranger.stderr, /unknown target: nowhere: log in first, fly --target nowhere/);
    } finally {
      if (before !== undefined) Deno.env.set("HOME", before);
      await server.shutdown();
      await Deno.remove(home, { recursive: true });
    }
  },
);
