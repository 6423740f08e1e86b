/**
 * Says in plain words what an IAM policy grants.
 *
 * @module
 */
import { z } from "zod";
import { defineTask, Exit, runTask } from "lib/cli/task.ts";

/** `deno task explain-iam` */
export const task = defineTask({
  name: "explain-iam",
  summary: "Say in plain words what an IAM policy grants",
  description:
    "Patterns are expanded to the actions that exist, grouped by service and access level.",
  args: z.strictObject({ file: z.string().describe("A policy in JSON") }),
  flags: z.strictObject({
    type: z.enum(["identity", "resource", "trust", "session", "scp", "rcp", "endpoint"]).optional()
      .describe("What kind of policy it is; default inferred"),
  }),
  examples: ["explain-iam policy.json"],
  async run({ args, flags, io }) {
    const { readText } = await import("lib/schema/parse.ts");
    const { Problems } = await import("lib/schema/problem.ts");
    const { parseJson } = await import("lib/iam/json/parse.ts");
    const { positionAt } = await import("lib/iam/json/position.ts");
    const { isObject } = await import("lib/iam/policy.ts");
    const { explainPolicy, formatExplanation } = await import("lib/iam/explain.ts");

    const text = await readText(args.file);
    const { value, faults } = parseJson(text);
    if (faults.length > 0) {
      throw new Problems(faults.map(({ message, offset }) => {
        const { line, column } = positionAt(text, offset);
        return `${args.file}:${line}:${column}: ${message}`;
      }));
    }
    if (!isObject(value)) throw new Problems([`${args.file}: a policy is a JSON object`]);
    const explained = explainPolicy(value, flags.type);
    if (flags.json) io.out(JSON.stringify(explained));
    else formatExplanation(explained).forEach(io.out);
    return Exit.Ok;
  },
});

if (import.meta.main) await runTask(task);
