import { createRequire } from "node:module";

/** A property's shape, as far as a simulated value needs it. */
export type Kind = "string" | "number" | "boolean" | "array" | "object";

/** What a provider's SDK says of a resource type. */
export interface ResourceShape {
  /** Properties that always have a value after creation, given or computed. */
  readonly outputs: ReadonlyMap<string, Kind>;
  /** Properties that may be given. */
  readonly inputs: ReadonlySet<string>;
  /** How `tags` are given: a map, a list of key and value, or not at all. */
  readonly tags: "map" | "list" | undefined;
}

const require = createRequire(import.meta.url);
const cache = new Map<string, ResourceShape | undefined>();

/**
 * Reads a resource type's shape from the pinned SDK package: `aws:ec2/vpc:Vpc` from
 * `@pulumi/aws/ec2/vpc`.
 *
 * @returns `undefined` where the package or the type is not found, as for Kubernetes' custom resources
 */
export function resourceShape(type: string): ResourceShape | undefined {
  if (!cache.has(type)) cache.set(type, readShape(type));
  return cache.get(type);
}

function readShape(type: string): ResourceShape | undefined {
  const [name, module, className] = type.split(":");
  if (className === undefined || name === "pulumi") return undefined;
  const folder = module.startsWith("index/") ? module.slice("index/".length) : module;
  let declaration: string;
  try {
    const script = resolveModule(`@pulumi/${name}`, folder);
    declaration = Deno.readTextFileSync(script.replace(/\.js$/, ".d.ts"));
  } catch {
    return undefined;
  }
  // Doc comments hold example code that would match.
  const code = declaration.replace(/\/\*\*[\s\S]*?\*\//g, "");
  const classBody = between(code, `class ${className} `, "\n}");
  const argsBody = between(code, `interface ${className}Args `, "\n}");
  const outputs = new Map<string, Kind>();
  for (
    const [, key, output] of classBody.matchAll(/readonly (\w+): pulumi\.Output<([\s\S]*?)>;\n/g)
  ) {
    if (!/\| undefined$/.test(output)) outputs.set(key, kindOf(output));
  }
  const inputs = new Set([...argsBody.matchAll(/^ {4}(\w+)\??: /gm)].map(([, key]) => key));
  const tags = /\btags\?: pulumi\.Input<\{/.test(argsBody)
    ? "map"
    : /\btags\?: pulumi\.Input<pulumi\.Input</.test(argsBody)
    ? "list"
    : undefined;
  return { outputs, inputs, tags };
}

/** Folders are lower-case where tokens are not: `vault:pkiSecret/…` is in `pkisecret`. */
function resolveModule(scope: string, folder: string): string {
  try {
    return require.resolve(`${scope}/${folder}.js`);
  } catch {
    const [first, ...rest] = folder.split("/");
    return require.resolve(`${scope}/${[first.toLowerCase(), ...rest].join("/")}.js`);
  }
}

function between(text: string, from: string, to: string): string {
  const start = text.indexOf(from);
  return start < 0 ? "" : text.slice(start, text.indexOf(to, start));
}

function kindOf(type: string): Kind {
  if (/\[\]$/.test(type)) return "array";
  if (/^(string|enums)/.test(type) || /^"/.test(type)) return "string";
  if (/^number/.test(type)) return "number";
  if (/^boolean/.test(type)) return "boolean";
  return "object";
}
