import { ANALYZER_CODES } from "lib/iam/checks.ts";
import { policyDocumentsOf } from "lib/iam/documents.ts";
import type { LintedPolicy } from "lib/iam/files.ts";
import { findIamIssues, today } from "lib/iam/lint.ts";
import { findUnionEscalations, type GateResource, holdersOf } from "lib/iam/roles.ts";
import { suppress, type Suppression } from "lib/iam/suppression.ts";

const UNUSED = "SUPPRESSION_UNUSED";

const nameOf = (urn: string) => urn.split("::").slice(2).join("::");

/**
 * Lints every policy document that resources carry, and what each role, user and group is allowed by all
 * of its policies together.
 *
 * @param resources The resources of one stack, with plain inputs
 * @param isUnknown Whether a document holds values that are not known yet: it is left out then
 * @param ignore Findings that are meant to be, in whichever stack; what is wrong with them is an entry
 * `suppressions`, but for one that this stack has no use for. Default none
 * @returns One entry a document, named by its resource and input, and one for each union with findings
 */
export function lintResources(
  resources: readonly GateResource[],
  isUnknown: (document: unknown) => boolean = () => false,
  ignore: readonly Suppression[] = [],
): LintedPolicy[] {
  const documents = resources.flatMap(({ urn, type, inputs }) =>
    policyDocumentsOf(type, inputs).filter(({ document }) => !isUnknown(document))
      .map(({ property, type, document }) => ({
        file: `${nameOf(urn)}:${property}`,
        findings: findIamIssues(document, { type }).findings,
      }))
  );
  const unions = holdersOf(resources).flatMap(({ urn, documents }) => {
    const findings = findUnionEscalations(documents.filter((document) => !isUnknown(document)));
    return findings.length > 0 ? [{ file: `${nameOf(urn)}:all policies`, findings }] : [];
  });
  const linted = [...documents, ...unions];
  const found = new Set(linted.flatMap(({ findings }) => findings));
  const left = new Set(suppress([...found], ignore, today(), ANALYZER_CODES).findings);
  const faults = [...left].filter((finding) => !found.has(finding) && finding.id !== UNUSED);
  return [
    ...linted.map(({ file, findings }) => ({
      file,
      findings: findings.filter((finding) => left.has(finding)),
    })),
    ...(faults.length > 0 ? [{ file: "suppressions", findings: faults }] : []),
  ];
}
