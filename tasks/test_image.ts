#!/usr/bin/env -S deno run --allow-read --allow-write --allow-env --allow-net=127.0.0.1 --allow-run --allow-sys=uid
/** Boots a built image and runs its checks. */
import { z } from "zod";
import { defineTask, Exit, runTask } from "lib/cli/task.ts";
import { UsageProblem } from "lib/schema/problem.ts";

const Flags = z.strictObject({
  artifact: z.string().optional().describe("Its folder; default the newest such below --out"),
  target: z.enum(["rootfs", "qcow2"]).optional().describe("Of which kind; default either"),
  nodeType: z.string().optional().describe("The machine's role; default the image's first"),
  env: z.enum(["ci", "qa", "production"]).default("ci").describe("The environment it is for"),
  set: z.array(z.string()).default([]).describe("A setting: COMPONENT.KEY=VALUE"),
  clones: z.int().min(1).max(2).default(1).describe("2 boots two, whose identities must differ"),
  out: z.string().default("out/images").describe("Where local artifacts are"),
});

/** `deno task test-image NAME`. */
export const task = defineTask({
  name: "test-image",
  summary: "Boot an image that was built here, without changing it, and run its checks",
  args: z.strictObject({ image: z.string().describe("A folder under images/") }),
  flags: Flags,
  examples: ["test-image vault", "test-image vault --clones 2"],

  async run({ args, flags, io }) {
    const { prepareImage, REPOSITORY } = await import("lib/images/prepare.ts");
    const { testArtifact } = await import("lib/images/test_artifact.ts");
    const { newestArtifact } = await import("lib/images/artifact.ts");
    const { formatTest } = await import("lib/images/report.ts");
    const prepared = await prepareImage(REPOSITORY, args.image, flags, io.env);
    if (flags.artifact !== undefined && flags.target !== undefined) {
      throw new UsageProblem("--target chooses an artifact: leave it out with --artifact");
    }
    const out = flags.out.startsWith("/") ? flags.out : `${Deno.cwd()}/${flags.out}`;
    const folder = flags.artifact ?? await newestArtifact(out, prepared, flags.target);
    const result = await testArtifact(folder, prepared, {
      clones: flags.clones,
      out,
      say: (line) => io.err(`  ${line}`),
      signal: io.signal,
    });
    io.out(flags.json ? JSON.stringify(result, undefined, 2) : formatTest(result));
    return Exit.Ok;
  },
});

if (import.meta.main) await runTask(task);
