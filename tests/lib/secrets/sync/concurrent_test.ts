/** Several writers at once, and a server that fails now and then. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { summarize } from "lib/secrets/sync/report.ts";
import { type Bao, withBao } from "tests/support/bao.ts";
import { engineTest } from "tests/support/engine.ts";
import * as vault from "tests/support/synced_vault.ts";
import { startProxy } from "tests/support/vault_proxy.ts";

const PATHS = Array.from({ length: 200 }, (_, i) => `s${i}`);

/** A write that the server acknowledged. */
interface Acknowledged {
  readonly path: string;
  readonly version: number;
  readonly by: "sync" | "foreign";
  readonly value: string;
}

/** Syncs again and again, each time with new values, and tells what was acknowledged. */
async function syncRounds(
  bao: Bao,
  who: string,
  rounds: number,
  log: Acknowledged[],
): Promise<void> {
  for (let round = 0; round < rounds; round++) {
    const value = `${who}-${round}`;
    const wanted = PATHS.map((path) => vault.wantedSecret(path, { value }));
    const { applied } = await vault.syncWith(bao, wanted);
    for (const { path, outcome, version, action, problem } of applied) {
      assert.notEqual(outcome, "failed", problem ?? "");
      if (outcome === "written" && action !== "claim") {
        log.push({ path, version: version!, by: "sync", value });
      }
    }
  }
}

/** Writes without looking, as long as the others are at it. */
async function writeAtRandom(
  bao: Bao,
  choices: readonly number[],
  log: Acknowledged[],
  isOver: () => boolean,
): Promise<void> {
  for (const [turn, choice] of choices.entries()) {
    if (isOver()) return;
    const path = PATHS[choice];
    const value = `foreign-${turn}`;
    log.push({
      path,
      version: await vault.writeForeign(bao, path, { value }),
      by: "foreign",
      value,
    });
    for (let pause = 0; pause < 20; pause++) await vault.noWait();
  }
}

engineTest(
  "bao",
  "two syncs and a foreign writer: versions are contiguous, nothing of theirs is lost",
  async (engines) => {
    await withBao(engines.bao.path, async (bao) => {
      const choices = fc.array(fc.nat(PATHS.length - 1), { minLength: 40, maxLength: 120 });
      await fc.assert(
        fc.asyncProperty(choices, async (chosen) => {
          await vault.freshMount(bao);
          await bao.request("POST", "app/config", { max_versions: 1000 });
          const log: Acknowledged[] = [];
          let isOver = false;
          const syncs = Promise.all([syncRounds(bao, "a", 3, log), syncRounds(bao, "b", 3, log)]);
          await Promise.all([
            syncs.finally(() => isOver = true),
            writeAtRandom(bao, chosen, log, () => isOver),
          ]);
          assert.ok(log.some(({ by }) => by === "foreign"));
          await checkHistories(bao, log);
        }),
        { numRuns: 3, endOnFailure: true },
      );
    });
  },
);

async function checkHistories(bao: Bao, log: readonly Acknowledged[]): Promise<void> {
  for (const [path, writes] of Map.groupBy(log, (write) => write.path)) {
    const history = writes.toSorted((a, b) => a.version - b.version);
    const { version: newest } = await vault.heldAt(bao, path);
    assert.deepEqual(
      history.map(({ version }) => version),
      Array.from({ length: newest }, (_, i) => i + 1),
      `${path}: every version was acknowledged once`,
    );
    for (const [index, { by, version, value }] of history.entries()) {
      if (by === "sync" && index > 0) {
        assert.equal(
          history[index - 1].by,
          "sync",
          `${path}: version ${version} is over a foreign one`,
        );
      }
      if (version < newest && index % 5 !== 0) continue;
      const answer = await bao.request("GET", `app/data/${path}?version=${version}`);
      assert.deepEqual(JSON.parse(answer.text).data.data, { value });
    }
  }
}

engineTest(
  "bao",
  "5 % of 429 and 2 % of 503: nothing is lost, nothing is written twice",
  async (engines) => {
    await withBao(engines.bao.path, async (bao) => {
      await fc.assert(
        fc.asyncProperty(fc.infiniteStream(fc.nat(999)), async (dice) => {
          await vault.freshMount(bao);
          let refused = 0;
          await using proxy = startProxy(bao.address, async ({ method, path, body }) => {
            const { value } = dice.next();
            if (value < 50) return refused++, new Response("", { status: 429 });
            if (value >= 70) return undefined;
            refused++;
            // Every other 503 comes from a gateway that had passed the request on.
            if (value % 2 === 0 && method !== "GET" && body !== "") {
              await bao.request(method, path, JSON.parse(body));
            }
            return new Response("", { status: 503 });
          });
          for (const round of ["first", "second"]) {
            const wanted = PATHS.map((path) => vault.wantedSecret(path, { value: round }));
            const server = { address: proxy.address, token: bao.token };
            const { applied } = await vault.syncWith(server, wanted);
            assert.equal(summarize(applied), "200 versions written");
          }
          assert.ok(refused > 20, `${refused} of ${proxy.requests.length} refused`);
          for (const path of PATHS) {
            const { version, data } = await vault.heldAt(bao, path);
            assert.deepEqual([version, data], [2, { value: "second" }]);
          }
        }),
        { numRuns: 2, endOnFailure: true },
      );
    });
  },
);
