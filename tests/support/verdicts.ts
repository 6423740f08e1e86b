import { type Vars } from "lib/concourse/validate/template/vars.ts";
import { varsOfFile } from "lib/concourse/validate/template/vars_file.ts";

/** A pipeline with what Concourse says about it: see tests/data/concourse/README.md. */
export interface VerdictCase {
  readonly id: string;
  readonly title: string;
  readonly yaml: string;
  readonly vars?: unknown;
  readonly fly: {
    readonly ok: boolean;
    readonly strict_ok: boolean;
    readonly server_ok: boolean | null;
    readonly errors: readonly string[];
    readonly report: readonly string[];
    readonly warnings: readonly string[];
    readonly warning_types: readonly string[];
    readonly decode_error: string | null;
    readonly strict_decode_error: string | null;
    readonly server_decode_error: string | null;
    readonly crash?: string;
  };
}

/** Every case of the data. */
export async function verdictCases(): Promise<VerdictCase[]> {
  const file = await Deno.open(new URL("../data/concourse/verdicts.jsonl.gz", import.meta.url));
  const text = await new Response(
    file.readable.pipeThrough(new DecompressionStream("gzip")),
  ).text();
  return text.trim().split("\n").map((line) => JSON.parse(line));
}

/** A case's vars, as a vars file gives them. */
export function varsOfCase({ vars }: VerdictCase): Vars {
  return vars === undefined ? [] : [varsOfFile(JSON.stringify(vars))];
}
