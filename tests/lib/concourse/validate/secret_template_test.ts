import assert from "node:assert/strict";
import { checkSecretTemplate } from "lib/concourse/validate/rules/var_sources/secret_template.ts";

/** Templates and what `fly validate-pipeline` says of them, after `template: t:`. */
const REFUSED: readonly (readonly [template: string, message: string])[] = [
  ["/{{.Team}}/{{t}}", '1: function "t" not defined'],
  ["{{Secret}}", '1: function "Secret" not defined'],
  ["{{.Secret | upper}}", '1: function "upper" not defined'],
  ["{{foo.bar}}", '1: function "foo" not defined'],
  ["{{\n.Team}}\n{{foo}}", '3: function "foo" not defined'],
  ["{{}}{{x", "1: missing value for command"],
  ["{{x}}{{", '1: function "x" not defined'],
  ["{{.Team}}/{{ .Secret", "1: unclosed action"],
  ["{{$x}}", '1: undefined variable "$x"'],
  ['{{"a}}', "1: unterminated quoted string"],
  ["{{/*x}}", "1: unclosed comment"],
  ["{{/x}}", '1: unexpected "/" in command'],
  ["{{.Secret}", "1: bad character U+007D '}'"],
  ["{{.a-b}}", "1: bad character U+002D '-'"],
  [
    "é{{.secret}}",
    '1:4: executing "t" at <.secret>: can\'t evaluate field secret in type *struct ' +
    "{ Team string; Pipeline string; Secret string }",
  ],
  [
    "/{{.Secret.X}}",
    '1:10: executing "t" at <.Secret.X>: can\'t evaluate field X in type string',
  ],
];

const TAKEN = [
  "/{{.Team}}/{{.Pipeline}}/{{.Secret}}",
  "{{.Secret | print}}",
  "{{- .Secret  -}} /",
  '{{printf "%s" .Secret}}',
  "{{$x := .Team}}{{$x}}{{$.Team}}",
  "{{if .Team}}a{{end}}",
  "{{.Team}}}{{/* a */}}",
  '{{"}}"}}',
];

Deno.test("a template that Go refuses is refused in Go's words", () => {
  for (const [template, message] of REFUSED) {
    assert.equal(checkSecretTemplate("t", template), `template: t:${message}`, template);
  }
  assert.equal(checkSecretTemplate("t", " {{/* a */}}"), "secret template should not be empty");
});

Deno.test("a template that Go takes is taken", () => {
  for (const template of TAKEN) {
    assert.equal(checkSecretTemplate("t", template), undefined, template);
  }
});
