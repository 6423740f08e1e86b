/**
 * What the design bans, as a plugin of `deno lint`.
 *
 * @module
 */

/** Where one of the bans does not hold: the one place that does it for all. */
const EXEMPT: Record<string, readonly string[]> = {
  "no-process-exit": ["lib/cli/task.ts", "lib/pulumi/host/main.ts", "tests/"],
  "no-bare-stack-reference": ["lib/pulumi/needs.ts", "tests/"],
};

function isExempt(rule: string, filename: string): boolean {
  const path = filename.replaceAll("\\", "/");
  return (EXEMPT[rule] ?? []).some((place) => path.includes(`/${place}`));
}

function ban(rule: string, selector: string, message: string): Deno.lint.Rule {
  return {
    create: (context) =>
      isExempt(rule, context.filename)
        ? {}
        : { [selector]: (node: Deno.lint.Node) => context.report({ node, message }) },
  };
}

const DYNAMIC = "Dynamic providers and serialized functions hang under Deno: write a component";

/** The bans by name; a line is exempted by `deno-lint-ignore bans/<name>`. */
const plugin: Deno.lint.Plugin = {
  name: "bans",
  rules: {
    /** @see https://github.com/pulumi/pulumi/issues/3838 */
    "no-dynamic-provider": ban(
      "no-dynamic-provider",
      'MemberExpression[object.name="pulumi"][property.name="dynamic"]',
      DYNAMIC,
    ),
    "no-serialized-function": ban(
      "no-serialized-function",
      'CallExpression[callee.property.name="serializeFunction"], NewExpression[callee.property.name="CallbackFunction"]',
      DYNAMIC,
    ),
    "no-bare-stack-reference": ban(
      "no-bare-stack-reference",
      'NewExpression[callee.property.name="StackReference"]',
      "References are declared in the manifest's needs, from which the graph is made",
    ),
    "no-stack-transformation": ban(
      "no-stack-transformation",
      'CallExpression[callee.property.name="registerStackTransformation"]',
      "Transformations in the program miss remote components: tags and labels are the engine's",
    ),
    "no-process-exit": ban(
      "no-process-exit",
      'CallExpression[callee.object.name="Deno"][callee.property.name="exit"]',
      "Return an exit code: only runTask ends the process",
    ),
  },
};

export default plugin;
