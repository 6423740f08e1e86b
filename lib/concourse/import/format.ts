import { exec } from "lib/cli/exec.ts";
import { ROOT } from "lib/cli/root.ts";

/**
 * Formats TypeScript as `deno fmt` does in this repository.
 *
 * @param text Returned as it is where it cannot be formatted
 */
export async function formatSource(text: string, signal?: AbortSignal): Promise<string> {
  const { code, stdout } = await exec(
    Deno.execPath(),
    ["fmt", "--quiet", "--config", `${ROOT}/deno.json`, "--ext", "ts", "-"],
    { stdin: text, signal },
  );
  return code === 0 && stdout !== "" ? stdout : text;
}
