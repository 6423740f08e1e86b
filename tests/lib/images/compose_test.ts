import assert from "node:assert/strict";
import { z } from "zod";
import { defineComponent } from "lib/images/component.ts";
import { compose, environmentName, secret, secretsOf, shownSettings } from "lib/images/compose.ts";
import { Problems, UsageProblem } from "lib/schema/problem.ts";

const component = (name: string, needs: string[] = [], ports: number[] = []) =>
  defineComponent({
    name,
    needs,
    settings: z.strictObject({
      port: z.int().min(1).default(1),
      listenAddress: z.string().default("127.0.0.1"),
      token: secret().optional(),
    }),
    ports: () => ports,
    steps: () => Promise.resolve(),
  });

const names = (uses: Parameters<typeof compose>[0]) =>
  compose(uses).map(({ component }) => component.name);

Deno.test("compose() puts a component after those it needs, otherwise in the image's order", () => {
  const [a, b, c] = [component("a", ["c"]), component("b"), component("c")];
  assert.deepEqual(names([a(), b(), c()]), ["c", "a", "b"]);
});

const faults: [string, Parameters<typeof compose>, RegExp][] = [
  [
    "a component twice",
    [[component("a")(), component("a")()]],
    /Component a is in the image twice/,
  ],
  [
    "a component that is missing",
    [[component("a", ["vualt"])(), component("vault")()]],
    /Component a needs vualt, which is not in the image: did you mean "vault"\?/,
  ],
  [
    "components that need each other",
    [[component("a", ["b"])(), component("b", ["a"])()]],
    /in a circle: a → b → a/,
  ],
  [
    "two components on one port",
    [[component("a", [], [80])(), component("b", [], [80])()]],
    /Components a and b both listen on port 80/,
  ],
  [
    "a setting of a wrong kind",
    [[component("a")()], { sets: ["a.port=many"] }],
    /^--set a\.port: .*expected number/,
  ],
  [
    "a misspelt setting",
    [[component("a")()], { sets: ["a.prot=1"] }],
    /^--set a\.prot: unknown setting: did you mean "port"\?$/,
  ],
  [
    "a setting of an unknown component",
    [[component("vault")()], { sets: ["valt.port=1"] }],
    /--set valt\.port: the image has no component "valt": did you mean "vault"\?/,
  ],
  [
    "a word that is no setting",
    [[component("a")()], { sets: ["port=1"] }],
    /expected COMPONENT\.KEY/,
  ],
  [
    "a secret on the command line",
    [[component("a")()], { sets: ["a.token=hunter22"] }],
    /^--set a\.token: it is secret, and a command line is not: set A_TOKEN instead$/,
  ],
  [
    "a wrong value in the environment",
    [[component("a")()], { env: (name) => name === "A_PORT" ? "0" : undefined }],
    /^A_PORT: /,
  ],
];
for (const [what, words, message] of faults) {
  Deno.test(`compose() refuses ${what}`, () => {
    assert.throws(() => compose(...words), (error) => {
      // Wrong words on the command line alone are wrong usage.
      assert.ok(
        error instanceof (what.includes("environment") || !words[1] ? Problems : UsageProblem),
      );
      assert.match(error.message, message);
      assert.doesNotMatch(error.message, /hunter22/);
      return true;
    });
  });
}

Deno.test("compose() reports all faults at once", () => {
  const uses = [component("a", ["x"])(), component("b", ["y"])()];
  assert.throws(() => compose(uses, { sets: ["c.port=1"] }), (error) => {
    assert.equal((error as Problems).messages.length, 3);
    return true;
  });
});

Deno.test("--set is stronger than the environment, which is stronger than the image", () => {
  const env = (name: string) => ({ A_PORT: "3", A_LISTEN_ADDRESS: "::1" })[name];
  const [{ settings }] = compose([component("a")({ port: 2 })], { env, sets: ["a.port=4"] });
  assert.deepEqual({ ...settings }, { port: 4, listenAddress: "::1" });
});

Deno.test("a secret setting comes from the environment and is never shown", () => {
  const env = (name: string) => name === "A_TOKEN" ? "hunter22" : undefined;
  const configured = compose([component("a")()], { env });
  assert.deepEqual(secretsOf(configured), ["hunter22"]);
  assert.equal(shownSettings(configured[0]).token, "(secret)");
});

Deno.test("environmentName() puts the component before the key, in upper case", () => {
  assert.equal(environmentName("consul-template", "raftPath"), "CONSUL_TEMPLATE_RAFT_PATH");
});
