import { ROOT } from "lib/cli/root.ts";
import { type Fleet, loadFleet } from "lib/pulumi/fleet.ts";

/** A copy of the repository's projects in a folder of its own, to be edited and deployed. */
export interface FleetCopy {
  /** The copy's root. */
  readonly root: string;
  /** Reads the copy anew. */
  load(): Promise<Fleet>;
  /** Changes a file of the copy. */
  edit(path: string, change: (text: string) => string): Promise<void>;
}

/** Makes a copy, hands it over and removes it. */
export async function withFleetCopy(use: (copy: FleetCopy) => Promise<void>): Promise<void> {
  const root = await Deno.makeTempDir({ prefix: "fleet-" });
  try {
    for (const folder of ["infra/foundation/network", "infra/applications/xqwatcher"]) {
      await Deno.mkdir(`${root}/${folder}`, { recursive: true });
      for await (const entry of Deno.readDir(`${ROOT}/${folder}`)) {
        await Deno.copyFile(`${ROOT}/${folder}/${entry.name}`, `${root}/${folder}/${entry.name}`);
      }
    }
    await use({
      root,
      load: () => loadFleet(root),
      async edit(path, change) {
        const before = await Deno.readTextFile(`${root}/${path}`);
        const after = change(before);
        if (after === before) throw new Error(`The edit of ${path} changed nothing`);
        await Deno.writeTextFile(`${root}/${path}`, after);
      },
    });
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}
