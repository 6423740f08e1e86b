import { readText } from "lib/schema/parse.ts";

/**
 * Reads a policy that lies beside a program.
 *
 * @param file `new URL("./policy.hcl", import.meta.url)`
 * @throws {Problem} naming the file when it cannot be read
 */
export function readPolicyFile(file: URL): Promise<string> {
  return readText(decodeURIComponent(file.pathname));
}
