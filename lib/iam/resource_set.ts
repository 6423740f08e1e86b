import { policyDocumentsOf } from "lib/iam/documents.ts";
import type { LintedPolicy } from "lib/iam/files.ts";
import { findIamIssues } from "lib/iam/lint.ts";
import { findUnionEscalations, type GateResource, holdersOf } from "lib/iam/roles.ts";

const nameOf = (urn: string) => urn.split("::").slice(2).join("::");

/**
 * Lints every policy document that resources carry, and what each role, user and group is allowed by all
 * of its policies together.
 *
 * @param resources The resources of one stack, with plain inputs
 * @param isUnknown Whether a document holds values that are not known yet: it is left out then
 * @returns One entry a document, named by its resource and input, and one for each union with findings
 */
export function lintResources(
  resources: readonly GateResource[],
  isUnknown: (document: unknown) => boolean = () => false,
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
  return [...documents, ...unions];
}
