import assert from "node:assert/strict";
import fc from "fast-check";
import { closure, reverse } from "lib/graph/dag.ts";
import { runSchedule } from "lib/graph/schedule.ts";
import { anyDag } from "tests/support/dag.ts";

const anyRun = fc.record({
  graph: anyDag,
  failing: fc.array(fc.nat(24), { maxLength: 3 }).map((all) => new Set(all.map((n) => `n${n}`))),
  concurrency: fc.integer({ min: 1, max: 5 }),
  classLimit: fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined }),
  turns: fc.array(fc.nat(3), { minLength: 25, maxLength: 25 }),
  cancelAfter: fc.option(fc.nat(25), { nil: undefined }),
});

Deno.test("5,000 random graphs, failures and cancellations: every promise of the scheduler holds", async () => {
  await fc.assert(
    fc.asyncProperty(
      anyRun,
      async ({ graph, failing, concurrency, classLimit, turns, cancelAfter }) => {
        const controller = new AbortController();
        const started: string[] = [];
        const finished = new Set<string>();
        const running = new Set<string>();
        let cancelled = false;
        const settled = await runSchedule<boolean>({
          graph,
          concurrency,
          classOf: (unit) => Number(unit.slice(1)) % 2 === 0 ? "even" : undefined,
          classLimits: classLimit === undefined ? {} : { even: classLimit },
          signal: controller.signal,
          failed: (ok) => !ok,
          async run(unit) {
            assert.ok(!cancelled, "nothing starts after a cancellation");
            for (const needed of graph.get(unit)!) {
              assert.ok(finished.has(needed), `${unit} started before ${needed} was done`);
            }
            started.push(unit);
            running.add(unit);
            assert.ok(running.size <= concurrency);
            const even = [...running].filter((one) => Number(one.slice(1)) % 2 === 0).length;
            assert.ok(classLimit === undefined || even <= classLimit);
            for (let turn = turns[Number(unit.slice(1)) % turns.length]; turn > 0; turn--) {
              await Promise.resolve();
            }
            running.delete(unit);
            if (cancelAfter !== undefined && started.length > cancelAfter) {
              cancelled = true;
              controller.abort();
            }
            if (failing.has(unit)) {
              if (turns[0] === 0) throw new Error("thrown");
              return false;
            }
            finished.add(unit);
            return true;
          },
        });

        assert.equal(settled.size, graph.size, "every unit is settled");
        assert.equal(running.size, 0, "nothing is left running");
        const failed = [...settled].flatMap(([unit, { verdict }]) =>
          verdict === "failed" ? [unit] : []
        );
        const doomed = new Set(failed.flatMap((unit) => [...closure(reverse(graph), [unit])]));
        for (const [unit, { verdict }] of settled) {
          if (finished.has(unit)) assert.equal(verdict, "done");
          else if (started.includes(unit)) {
            assert.ok(verdict === "failed" || cancelled && verdict === "cancelled");
          } else if (doomed.has(unit)) assert.equal(verdict, "skipped");
          else assert.ok(cancelled && verdict === "cancelled", `${unit} is ${verdict}`);
        }
      },
    ),
    { numRuns: 5000 },
  );
});

Deno.test("a unit that is skipped by request releases what needs it", async () => {
  const ran: string[] = [];
  const settled = await runSchedule({
    graph: new Map([["a", []], ["b", ["a"]], ["c", ["b"]]]),
    concurrency: 2,
    skip: (unit) => unit === "b" ? "nothing that it consumes changed" : undefined,
    run: (unit) => Promise.resolve(void ran.push(unit)),
  });
  assert.deepEqual(ran, ["a", "c"]);
  assert.equal(settled.get("b")?.reason, "nothing that it consumes changed");
});

Deno.test("2,000 units are scheduled", async () => {
  const graph = new Map(
    Array.from({ length: 2000 }, (_, index) => [
      `n${index}`,
      index < 10 ? [] : [`n${index - 10}`, `n${index - 7}`],
    ]),
  );
  const settled = await runSchedule({ graph, concurrency: 8, run: () => Promise.resolve() });
  assert.ok([...settled.values()].every(({ verdict }) => verdict === "done"));
});
