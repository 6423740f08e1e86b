import assert from "node:assert/strict";
import fc from "fast-check";
import { AdaptiveLimiter } from "lib/vault/limiter.ts";
import { forEachAtOnce } from "lib/vault/pool.ts";
import { noWait } from "tests/support/synced_vault.ts";

/** Work that ends when it is told to. */
function startWork(limiter: AdaptiveLimiter, number: number) {
  const running: { end: (complain?: boolean) => Promise<void> }[] = [];
  let begun = 0;
  const all = Array.from({ length: number }, () => {
    const gate = Promise.withResolvers<boolean>();
    const done = limiter.run(async (slot) => {
      begun++;
      running.push({
        end: async (complain = false) => {
          gate.resolve(complain);
          await done;
          await noWait();
        },
      });
      if (await gate.promise) slot.slowDown(0);
    });
    return done;
  });
  return { running, begun: () => begun, all };
}

Deno.test("a limiter halves after a complaint, once for all that ran then, and grows by one a round", async () => {
  const limiter = new AdaptiveLimiter({ max: 8, wait: noWait });
  const work = startWork(limiter, 40);
  assert.equal(work.begun(), 8);
  for (const { end } of work.running.splice(0, 3)) await end(true);
  assert.equal(limiter.limit, 4);
  for (const { end } of work.running.splice(0, 5)) await end();
  assert.equal(limiter.limit, 5, "one more after the five that succeeded");
  while (work.running.length > 0) await work.running.shift()!.end();
  await Promise.all(work.all);
  assert.ok(limiter.limit > 5 && limiter.limit <= 8);
});

Deno.test("a limiter never goes below one, and lets nobody start in a pause", async () => {
  const pause = Promise.withResolvers<void>();
  const limiter = new AdaptiveLimiter({ max: 2, wait: () => pause.promise });
  for (let i = 0; i < 3; i++) await limiter.run((slot) => Promise.resolve(slot.slowDown(0)));
  assert.equal(limiter.limit, 1);
  await limiter.run((slot) => Promise.resolve(slot.slowDown(100)));
  let started = false;
  const next = limiter.run(() => Promise.resolve(started = true));
  await noWait();
  assert.equal(started, false);
  pause.resolve();
  await next;
  assert.equal(started, true);
});

Deno.test("a limiter runs everything, never more at once than its limit", async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 6 }), fc.array(fc.boolean()), async (max, plan) => {
      const limiter = new AdaptiveLimiter({ max, wait: noWait });
      let running = 0;
      let done = 0;
      await Promise.all(plan.map((complain) =>
        limiter.run(async (slot) => {
          assert.ok(++running <= max);
          await noWait();
          if (complain) slot.slowDown(1);
          running--;
          done++;
        })
      ));
      assert.equal(done, plan.length);
    }),
    { numRuns: 50 },
  );
});

Deno.test("a pool begins nothing after a failure, and waits for what runs", async () => {
  const ended: number[] = [];
  const work = forEachAtOnce([0, 1, 2, 3, 4, 5], 2, async (item) => {
    await noWait();
    if (item === 1) throw new Error("stop");
    await noWait();
    ended.push(item);
  });
  await assert.rejects(work, /stop/);
  assert.deepEqual(ended, [0]);
});
