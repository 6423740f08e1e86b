import { readText } from "lib/schema/parse.ts";

/** A Pulumi provider's SDK that the repository uses. */
export interface PulumiPackage {
  /** The provider's name: `aws`. */
  readonly name: string;
  /** The SDK's exact version, which is the plugin's too. */
  readonly version: string;
}

/** The provider SDKs that deno.json pins, sorted by name. */
export async function pulumiPackages(): Promise<PulumiPackage[]> {
  const file = new URL("../../deno.json", import.meta.url);
  const { imports } = JSON.parse(await readText(decodeURIComponent(file.pathname)));
  return Object.entries(imports as Record<string, string>).flatMap(([key, target]) => {
    const name = /^@pulumi\/([a-z0-9-]+)$/.exec(key)?.[1];
    const version = /@(\d+\.\d+\.\d+[\w.-]*)$/.exec(target)?.[1];
    return name && version && name !== "pulumi" ? [{ name, version }] : [];
  }).sort((a, b) => a.name < b.name ? -1 : 1);
}
