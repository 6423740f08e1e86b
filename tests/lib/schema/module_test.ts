import assert from "node:assert/strict";
import { importDefault } from "lib/schema/module.ts";

const broken: [what: string, text: string, says: RegExp][] = [
  [
    "a name that is not there",
    "export default\n  nosuch;",
    /^m\.ts:2:3: ReferenceError: nosuch is not defined$/,
  ],
  ["a module that is not there", 'import "./gone.ts";', /^m\.ts:1:8: Module not found "gone\.ts"$/],
  ["a syntax error", "export default {\n  a: ;\n};", /^m\.ts:2:6: .*(Expression|Unexpected)/],
  [
    "a problem of ours",
    'import { Problem } from "lib/schema/problem.ts";\nthrow new Problem("its name is bad");',
    /^m\.ts: its name is bad$/,
  ],
];

for (const [what, text, says] of broken) {
  Deno.test(`${what} is named with its place`, async () => {
    const root = await Deno.makeTempDir();
    try {
      await Deno.writeTextFile(`${root}/m.ts`, text);
      await assert.rejects(importDefault(root, "m.ts"), ({ message }: Error) => {
        assert.match(message, says);
        return true;
      });
    } finally {
      await Deno.remove(root, { recursive: true });
    }
  });
}
