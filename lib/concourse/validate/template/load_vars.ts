import { messageOf, Problem } from "lib/schema/problem.ts";
import type { Datum } from "lib/concourse/validate/datum.ts";
import { readBounded } from "lib/concourse/validate/file.ts";
import { jsonForm } from "lib/concourse/validate/json_form.ts";
import { splitPair, type Vars, varsOfPairs } from "lib/concourse/validate/template/vars.ts";
import { varsOfFile } from "lib/concourse/validate/template/vars_file.ts";
import { construct } from "lib/concourse/validate/yaml/construct.ts";
import { decodeText } from "lib/concourse/validate/yaml/decode_text.ts";
import { parseYaml } from "lib/concourse/validate/yaml/parser.ts";

/** Vars as the command line gives them. */
export interface VarFlags {
  /** `name=text` pairs. */
  readonly var: readonly string[];
  /** `name=yaml` pairs. */
  readonly yamlVar: readonly string[];
  /** YAML files. */
  readonly loadVarsFrom: readonly string[];
}

/**
 * Reads vars, in the order in which `fly` prefers them: pairs, then files from the last to the
 * first.
 *
 * @throws {Problem} for malformed pairs, and for files that cannot be read or hold no mapping;
 * values are never shown
 */
export async function loadVars(
  flags: VarFlags,
  stdin: () => Promise<Uint8Array>,
): Promise<Vars> {
  const pairs: (readonly [string, Datum])[] = [
    ...flags.var.map((pair) => {
      const [name, value] = splitPair(pair);
      return [name, { type: "string", value, line: 0, column: 0 }] as const;
    }),
    ...flags.yamlVar.map((pair) => {
      const [name, value] = splitPair(pair);
      return [name, readValue(name, value)] as const;
    }),
  ];
  const layers = pairs.length > 0 ? [varsOfPairs(pairs)] : [];
  for (const file of flags.loadVarsFrom.toReversed()) {
    const bytes = await readBounded(file, stdin);
    try {
      layers.push(varsOfFile(decodeText(bytes)));
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      throw new Problem(`${file}: is not a file of vars: ${messageOf(error)}`, { cause: error });
    }
  }
  return layers;
}

function readValue(name: string, yaml: string): Datum {
  try {
    return jsonForm(construct(parseYaml(yaml)), { strict: false, infinite: [] });
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    throw new Problem(`--yaml-var ${name}: is not YAML: ${messageOf(error)}`, { cause: error });
  }
}
