import { z } from "zod";
import { parseWith, readText } from "lib/schema/parse.ts";
import { Problem } from "lib/schema/problem.ts";
import { parseYaml } from "lib/schema/yaml.ts";

/** How to reach an API server. */
export interface KubeAccess {
  /** `https://127.0.0.1:6443`, without a slash at its end. */
  readonly server: string;
  /** PEM; absent where the system trusts the server. */
  readonly certificateAuthority?: string;
  readonly token?: string;
  /** A client certificate and its key, PEM. */
  readonly client?: { readonly cert: string; readonly key: string };
}

const named = <T extends z.ZodRawShape>(key: string, shape: T) =>
  z.array(z.looseObject({ name: z.string(), [key]: z.looseObject(shape) }));

/** @see https://kubernetes.io/docs/reference/config-api/kubeconfig.v1/ */
const Kubeconfig = z.looseObject({
  "current-context": z.string(),
  contexts: named("context", { cluster: z.string(), user: z.string() }),
  clusters: named("cluster", {
    server: z.url(),
    "certificate-authority": z.string().optional(),
    "certificate-authority-data": z.string().optional(),
    "insecure-skip-tls-verify": z.boolean().optional(),
  }),
  users: named("user", {
    token: z.string().optional(),
    tokenFile: z.string().optional(),
    "client-certificate": z.string().optional(),
    "client-certificate-data": z.string().optional(),
    "client-key": z.string().optional(),
    "client-key-data": z.string().optional(),
    exec: z.unknown().optional(),
  }),
});

/**
 * Reads the current context of a kubeconfig file.
 *
 * @throws {Problem} when it is missing or malformed, or wants what is not done here: a credential plugin,
 * or a server whose certificate is not verified
 */
export async function readKubeconfig(path: string): Promise<KubeAccess> {
  const config = parseWith(Kubeconfig, parseYaml(await readText(path), path), path);
  const find = (list: "contexts" | "clusters" | "users", key: string, name: string) => {
    const found = config[list].find((entry) => entry.name === name);
    if (found === undefined) throw new Problem(`${path}: ${list}: there is no "${name}"`);
    // deno-lint-ignore no-explicit-any
    return (found as any)[key];
  };
  const context = find("contexts", "context", config["current-context"]);
  const cluster = find("clusters", "cluster", context.cluster);
  const user = find("users", "user", context.user);
  if (cluster["insecure-skip-tls-verify"]) {
    throw new Problem(`${path}: insecure-skip-tls-verify: give certificate-authority-data instead`);
  }
  if (user.exec !== undefined) {
    throw new Problem(
      `${path}: exec: credential plugins are not run here: write a kubeconfig with a token`,
    );
  }
  const folder = path.includes("/") ? path.replace(/\/[^/]*$/, "") : ".";
  const inline = async (entry: Record<string, string | undefined>, key: string) => {
    const data = entry[`${key}-data`];
    if (data !== undefined) return new TextDecoder().decode(Uint8Array.fromBase64(data));
    const file = entry[key];
    return file === undefined
      ? undefined
      : await readText(file.startsWith("/") ? file : `${folder}/${file}`);
  };
  const certificateAuthority = await inline(cluster, "certificate-authority");
  const cert = await inline(user, "client-certificate");
  const key = await inline(user, "client-key");
  const token = user.token ?? (user.tokenFile && (await readText(user.tokenFile)).trim());
  return {
    server: cluster.server.replace(/\/+$/, ""),
    ...(certificateAuthority === undefined ? {} : { certificateAuthority }),
    ...(token ? { token } : {}),
    ...(cert !== undefined && key !== undefined ? { client: { cert, key } } : {}),
  };
}
