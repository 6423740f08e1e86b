import assert from "node:assert/strict";
import fc from "fast-check";
import { exec } from "lib/cli/exec.ts";
import { redactor } from "lib/images/redact.ts";
import { quote, raw, sh } from "lib/images/shell.ts";

const word = fc.string({ unit: "binary", maxLength: 40 }).filter((text) =>
  !text.includes("\0") && text.isWellFormed()
);

Deno.test("quote() hands any word to a shell as it is", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(word, { maxLength: 20 }), async (words) => {
      const { stdout } = await exec("sh", [
        "-c",
        sh`printf '%s\\0' start ${words}`.replaceAll("\\\\0", "\\0"),
      ]);
      assert.deepEqual(stdout.split("\0").slice(1, -1), words);
    }),
    { numRuns: 30 },
  );
});

const rows: [string, string, string][] = [
  ["leaves plain words alone", sh`rm ${"/etc/x"}`, "rm /etc/x"],
  ["quotes what a shell would read", sh`echo ${"$(id); 'x'"}`, `echo '$(id); '"'"'x'"'"''`],
  ["makes an array several words", sh`rm ${["a b", "c"]}`, "rm 'a b' c"],
  ["drops what is not there", sh`useradd ${undefined} ${false} x`, "useradd x"],
  ["keeps raw text", sh`${raw("a | b")} ${"c"}`, "a | b c"],
  ["keeps an empty word", quote(""), "''"],
];
for (const [what, is, wanted] of rows) Deno.test(`sh ${what}`, () => assert.equal(is, wanted));

Deno.test("redactor() finds a secret in every disguise that a tool gives it", () => {
  fc.assert(
    fc.property(fc.string({ minLength: 8, maxLength: 30 }), (secret) => {
      const bytes = new TextEncoder().encode(secret);
      const disguises = [
        secret,
        btoa(String.fromCharCode(...bytes)),
        Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(""),
        encodeURIComponent(secret),
        JSON.stringify(secret).slice(1, -1),
      ];
      const redact = redactor([secret]);
      for (const text of disguises) assert.equal(redact(`<${text}>`), "<(secret)>");
    }),
  );
});
