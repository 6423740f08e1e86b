#!/usr/bin/env -S deno run --allow-read --allow-write --allow-env --allow-net --allow-run --allow-sys
/** Builds one machine image. */
import { z } from "zod";
import { defineTask, Exit, runTask } from "lib/cli/task.ts";
import { UsageProblem } from "lib/schema/problem.ts";

const Flags = z.strictObject({
  target: z.enum(["rootfs", "qcow2", "ami"]).default("rootfs").describe("What to build"),
  nodeType: z.string().optional().describe("The machine's role; default the image's first"),
  env: z.enum(["ci", "qa", "production"]).default("ci").describe("The environment it is for"),
  set: z.array(z.string()).default([]).describe("A setting: COMPONENT.KEY=VALUE"),
  plan: z.boolean().default(false).describe("Only show what would be done to a fresh base"),
  ec2Endpoint: z.url().optional().describe(
    "Rehearse --target ami against an EC2 stand-in, with a local container as the instance",
  ),
  out: z.string().default("out/images").describe("Where local artifacts go"),
});

/** `deno task build-image NAME`. */
export const task = defineTask({
  name: "build-image",
  summary: "Build one machine image with Packer: planned, applied, verified, sealed, recorded",
  description: "rootfs is built in a local container; qcow2 is that, made bootable, booted and " +
    "checked; ami is built on EC2, not booted, and recorded under images/NAME/releases. Settings also come from " +
    "the environment (VAULT_PORT for vault.port); secret ones only from there.",
  args: z.strictObject({ image: z.string().describe("A folder under images/") }),
  flags: Flags,
  examples: ["build-image vault --plan", "build-image vault --target qcow2 --set vault.port=8210"],

  async run({ args, flags, io }) {
    const { prepareImage, provisionCommand, REPOSITORY } = await import("lib/images/prepare.ts");
    const { planImage, buildImage } = await import("lib/images/build.ts");
    const { formatPlan, formatBuild } = await import("lib/images/report.ts");
    if (flags.ec2Endpoint !== undefined && flags.target !== "ami") {
      throw new UsageProblem("--ec2-endpoint is for --target ami");
    }
    const prepared = await prepareImage(REPOSITORY, args.image, flags, io.env);
    const options = {
      ...prepared,
      out: flags.out.startsWith("/") ? flags.out : `${Deno.cwd()}/${flags.out}`,
      env: io.env,
      say: (line: string) => io.err(`  ${line}`),
      signal: io.signal,
    };
    if (flags.plan) {
      const outcomes = await planImage(options);
      const pending = outcomes.some((outcome) => outcome.changed);
      io.out(flags.json ? JSON.stringify(outcomes, undefined, 2) : formatPlan(outcomes));
      return pending ? Exit.Pending : Exit.Ok;
    }
    const result = await buildImage({
      ...options,
      root: REPOSITORY,
      target: flags.target,
      ec2Endpoint: flags.ec2Endpoint,
      provision: (folder) => provisionCommand(args.image, flags, folder),
    });
    if (flags.target === "qcow2") {
      const { testArtifact } = await import("lib/images/test_artifact.ts");
      await testArtifact(result.folder, prepared, { ...options, clones: 1 });
    }
    if (flags.target === "ami" && flags.ec2Endpoint === undefined) {
      const { recordRelease } = await import("lib/images/release.ts");
      io.err(`  recorded in ${await recordRelease(REPOSITORY, result.manifest)}`);
    }
    io.out(flags.json ? JSON.stringify(result.manifest, undefined, 2) : formatBuild(result));
    return Exit.Ok;
  },
});

if (import.meta.main) await runTask(task);
