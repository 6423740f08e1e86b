import { sha256 } from "lib/schema/digest.ts";
import { expectType, Path, Sha256 } from "lib/images/facts/files.ts";
import { type Operation, operation } from "lib/images/operation.ts";
import { absolute } from "lib/images/operations/files/put.ts";
import { sh } from "lib/images/shell.ts";
import { writeAtomically } from "lib/schema/atomic.ts";
import { Problem } from "lib/schema/problem.ts";

/**
 * Brings a file of the machine here.
 *
 * @param options `path`: on the machine; `to`: the file on this side
 * @throws {Problem} when there is no such file on the machine
 */
export function get(options: { path: string; to: string }): Operation {
  return operation("files.get", async function* (facts) {
    const path = absolute(options.path);
    if (expectType(path, await facts.fact(Path, path), "file") === null) {
      throw new Problem(`${path}: no such file on the machine`);
    }
    const here = await Deno.readFile(options.to).catch((error) => {
      if (error instanceof Deno.errors.NotFound) return undefined;
      throw error;
    });
    if (here !== undefined && await sha256(here) === await facts.fact(Sha256, path)) return;
    yield {
      shell: sh`base64 < ${path}`,
      receive: (stdout) =>
        writeAtomically(
          options.to,
          Uint8Array.from(atob(stdout.replace(/\s/g, "")), (letter) => letter.charCodeAt(0)),
        ),
    };
  });
}
