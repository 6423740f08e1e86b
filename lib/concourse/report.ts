import { readText } from "lib/schema/parse.ts";
import { parseYaml } from "lib/schema/yaml.ts";
import { Problem } from "lib/schema/problem.ts";
import type { FileChange } from "lib/schema/files.ts";
import { diffPipelines, formatDiff } from "lib/concourse/diff.ts";
import type { Pipeline } from "lib/concourse/model/mod.ts";

/**
 * How rendered files would change, by item.
 *
 * @param pipelines What shall be there, by name
 */
export async function describeChanges(
  folder: string,
  changes: readonly FileChange[],
  pipelines: ReadonlyMap<string, Pipeline>,
): Promise<string[]> {
  return await Promise.all(changes.map(async ({ name, change }) => {
    let before: Pipeline | undefined;
    try {
      const text = change === "add" ? undefined : await readText(`${folder}/${name}`, name);
      before = text === undefined ? undefined : parseYaml(text, name) as Pipeline;
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      return `${change} ${name}\nis no pipeline any more: ${error.message}\n`;
    }
    const after = change === "remove" ? undefined : pipelines.get(name.replace(/\.\w+$/, ""));
    const items = diffPipelines(before, after);
    return `${change} ${name}\n${formatDiff(items) || "only the form of the file"}\n`;
  }));
}
