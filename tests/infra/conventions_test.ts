/** What holds for every project, component and stack. */
import assert from "node:assert/strict";
import { ROOT } from "lib/cli/root.ts";
import { suppressionsIn } from "lib/iam/files.ts";
import { lintResources } from "lib/iam/mod.ts";
import { type IamSuppression, organization } from "lib/organization.ts";
import { isSound, previewFleet } from "lib/pulumi/evaluate/fleet.ts";
import { loadFleet } from "lib/pulumi/fleet.ts";
import {
  containsSecret,
  containsUnknown,
  type Properties,
  unwrap,
} from "lib/pulumi/simulate/wire.ts";
import { Environment } from "lib/schema/environment.ts";

const fleet = await loadFleet(ROOT);
const previews = await previewFleet(fleet, [...fleet.stacks.keys()]);
const resources = previews.flatMap(({ stack, evaluation }) =>
  (evaluation?.resources ?? []).map((resource) => ({ ...resource, stack: stack.id }))
);

async function* files(folder: string): AsyncGenerator<[path: string, text: string]> {
  for await (const { name, isDirectory } of Deno.readDir(`${ROOT}/${folder}`)) {
    const path = `${folder}/${name}`;
    if (isDirectory) yield* files(path);
    else yield [path, await Deno.readTextFile(`${ROOT}/${path}`)];
  }
}

Deno.test("every stack evaluates, and no gate stands against it", () => {
  const unsound = previews.filter((preview) => !isSound(preview));
  assert.deepEqual(
    unsound.map(({ stack, problems, findings }) => [stack.id, problems, findings]),
    [],
  );
  assert.ok(resources.length > 300, `${resources.length} resources were seen`);
});

Deno.test("every suppression is used, and nothing else is found", () => {
  const gated = resources.map(({ urn, type, inputs, outputs }) => ({
    urn,
    type,
    inputs: unwrap(inputs) as Properties,
    outputs: unwrap(outputs) as Properties,
  }));
  const found = (ignore: readonly IamSuppression[]) =>
    lintResources(gated, containsUnknown, ignore).flatMap(({ file, findings }) =>
      findings.map(({ id, detail }) => `${file}: ${id}: ${detail}`)
    );
  const all = [
    ...organization.iamSuppressions,
    ...fleet.projects.flatMap(({ folder }) => suppressionsIn(`${ROOT}/${folder}`)),
  ];
  assert.deepEqual(found(all), []);
  for (const suppression of all) {
    const others = all.filter((other) => other !== suppression);
    assert.ok(found(others).length > 0, `${suppression.id} is not needed any more`);
  }
});

Deno.test("every project has a stack for each environment; one is a tenant's", () => {
  for (const { project, stacks } of fleet.projects) {
    for (const environment of Environment.options) {
      assert.ok(stacks.includes(environment), `${project.name} has no stack ${environment}`);
    }
  }
  assert.ok([...fleet.stacks.values()].some(({ info }) => info.tenant !== undefined));
});

Deno.test("children's names start with their component's", () => {
  const byUrn = new Map(resources.map((resource) => [resource.urn, resource]));
  const strays = resources.filter(({ parent, name }) => {
    const component = parent === undefined ? undefined : byUrn.get(parent);
    return component?.type.startsWith("ol:") && !name.startsWith(component.name);
  });
  assert.deepEqual(strays.map(({ stack, type, name }) => `${stack} ${type} ${name}`), []);
});

Deno.test("no Kubernetes object holds a secret: they are read from Vault by the cluster", () => {
  const holding = resources.filter(({ type, inputs }) =>
    type.startsWith("kubernetes:") && containsSecret(inputs)
  );
  assert.deepEqual(holding.map(({ stack, type, name }) => `${stack} ${type} ${name}`), []);
  const secrets = resources.filter(({ type }) => type === "kubernetes:core/v1:Secret");
  assert.deepEqual(secrets.map(({ stack, name }) => `${stack} ${name}`), []);
});

Deno.test("no account id or key is written down, and no image is the newest one", async () => {
  const found: string[] = [];
  for await (const [path, text] of files("infra")) {
    const wrong = [/\b\d{12}\b/, /\bAKIA[A-Z0-9]{16}\b/, /mostRecent: true/, /:latest\b/]
      .filter((pattern) => pattern.test(text));
    found.push(...wrong.map((pattern) => `${path}: ${pattern}`));
  }
  assert.deepEqual(found, []);
});

Deno.test("a program is less than 250 lines", async () => {
  const long: string[] = [];
  for await (const [path, text] of files("infra")) {
    const { length } = text.split("\n");
    if (/^infra\/(foundation|applications)\/.*\.ts$/.test(path) && length >= 250) {
      long.push(`${path}: ${length}`);
    }
  }
  assert.deepEqual(long, []);
});
