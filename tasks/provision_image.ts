#!/usr/bin/env -S deno run --allow-read --allow-write --allow-env --allow-run=ssh
/** Packer's provisioner: runs an image's components on the machine that Packer started. */
import { z } from "zod";
import { defineTask, Exit, runTask } from "lib/cli/task.ts";

const Flags = z.strictObject({
  nodeType: z.string().optional().describe("The machine's role; default the image's first"),
  env: z.enum(["ci", "qa", "production"]).default("ci").describe("The environment it is for"),
  set: z.array(z.string()).default([]).describe("A setting: COMPONENT.KEY=VALUE"),
  folder: z.string().describe("The build's folder: holds the key, takes provisioned.json"),
});

/** `deno task provision-image NAME`. */
export const task = defineTask({
  name: "provision-image",
  summary: "Bring a machine that Packer started to what an image says (Packer runs this)",
  description: "Reads IMAGE_HOST, IMAGE_PORT and IMAGE_USER, as images/shared.pkr.hcl sets them.",
  args: z.strictObject({ image: z.string().describe("A folder under images/") }),
  flags: Flags,

  async run({ args, flags, io }) {
    const { prepareImage, REPOSITORY } = await import("lib/images/prepare.ts");
    const { provision } = await import("lib/images/provision.ts");
    const { readAddress } = await import("lib/images/prepare.ts");
    const { SshTarget } = await import("lib/images/ssh.ts");
    const { formatOutcome } = await import("lib/images/report.ts");
    const { writeJson } = await import("lib/images/manifest.ts");
    const { components, image } = await prepareImage(REPOSITORY, args.image, flags, io.env);
    const target = new SshTarget(readAddress(io.env, `${flags.folder}/key`));
    try {
      const result = await provision(target, components, image.budget, {
        onOutcome: (mode, outcome) => {
          if (mode === "apply" || outcome.changed) io.out(formatOutcome(outcome));
        },
        signal: io.signal,
      });
      await writeJson(`${flags.folder}/provisioned.json`, result);
      const { apply, verify } = result.milliseconds;
      io.out(
        `applied in ${Math.round(apply)} ms; a second pass did nothing in ${Math.round(verify)} ms`,
      );
    } finally {
      await target.close();
    }
    return Exit.Ok;
  },
});

if (import.meta.main) await runTask(task);
