import { covers } from "lib/iam/glob.ts";
import type { Entry, Policy, Statement } from "lib/iam/policy.ts";
import type { Report, Rule } from "lib/iam/rule.ts";

/** Above this many, only exact repetitions are looked for: comparing each with each takes too long. */
const MAX_COMPARED = 100;

/** What could be left out without changing the meaning. */
export const redundant: Rule = {
  ids: [
    "REDUNDANT_ACTION",
    "REDUNDANT_RESOURCE",
    "REDUNDANT_STATEMENT",
    "REDUNDANT_CONDITION_VALUE_NUM",
  ],
  statement(statement, _policy, report) {
    for (const entries of [statement.actions, statement.notActions ?? []]) {
      within(entries, "REDUNDANT_ACTION", (text) => text.toLowerCase(), report);
    }
    for (const entries of [statement.resources, statement.notResources ?? []]) {
      within(entries, "REDUNDANT_RESOURCE", (text) => text, report);
    }
    for (const { operator: { facts }, key, values, path } of statement.conditions) {
      if (facts === undefined || !/(Less|Greater)Than/.test(facts.name)) continue;
      if (values.length < 2) continue;
      report({
        id: "REDUNDANT_CONDITION_VALUE_NUM",
        path,
        detail: `${facts.name} compares ${key} with ${values.length} values, of which one decides`,
      });
    }
  },
  policy: redundantStatements,
};

function within(
  entries: readonly Entry[],
  id: string,
  normal: (text: string) => string,
  report: Report,
): void {
  const seen = new Map<string, number>();
  const texts = entries.map(({ text }) => normal(text));
  const patterns = texts.filter((text) => /[*?]/.test(text)).slice(0, MAX_COMPARED);
  entries.forEach(({ text, path }, index) => {
    const own = texts[index];
    const first = seen.get(own);
    if (first === undefined) seen.set(own, index);
    const wider = first !== undefined
      ? own
      : patterns.find((pattern) => pattern !== own && covers(pattern, own));
    if (wider === undefined) return;
    report({
      id,
      path,
      detail: first !== undefined ? `"${text}" is there twice` : `"${text}" is within "${wider}"`,
      ...(id === "REDUNDANT_ACTION" ? { actions: [text] } : { resources: [text] }),
    });
  });
}

/** What has to be the same for one statement to be within another. */
const setting = ({ raw }: Statement) =>
  JSON.stringify([raw.Effect, raw.Principal, raw.NotPrincipal, raw.Condition]);

const isWithin = (narrow: readonly Entry[], wide: readonly Entry[], fold: boolean) =>
  narrow.every(({ text }) =>
    wide.some((other) =>
      fold ? covers(other.text.toLowerCase(), text.toLowerCase()) : covers(other.text, text)
    )
  );

function redundantStatements({ statements }: Policy, report: Report): void {
  if (statements.length < 2 || statements.length > MAX_COMPARED) return;
  const settings = statements.map(setting);
  const plain = statements.map((one) =>
    !one.notActions && !one.notResources && one.actions.length > 0 &&
    one.actions.length + one.resources.length <= MAX_COMPARED
  );
  const dropped = new Set<Statement>();
  statements.forEach((one, index) => {
    if (!plain[index] || one.effect === undefined) return;
    const wider = statements.find((other, at) =>
      other !== one && !dropped.has(other) && plain[at] && settings[at] === settings[index] &&
      isWithin(one.actions, other.actions, true) && isWithin(one.resources, other.resources, false)
    );
    if (!wider) return;
    dropped.add(one);
    report({
      id: "REDUNDANT_STATEMENT",
      path: one.path,
      detail: `The statement says nothing that statement ${wider.index} does not say`,
    });
  });
}
