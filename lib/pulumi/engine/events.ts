import { canonicalJson } from "lib/schema/digest.ts";
import { containsUnknown, isRecord, nameOfUrn, typeOfUrn } from "lib/pulumi/simulate/wire.ts";

/** What an operation did to one resource. @see https://pkg.go.dev/github.com/pulumi/pulumi/sdk/v3/go/common/apitype#OpType */
export type Operation =
  | "same"
  | "create"
  | "update"
  | "delete"
  | "replace"
  | "read"
  | "refresh"
  | "import";

/** One resource that an operation changed, or would change. */
export interface Step {
  readonly operation: Operation;
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  /** Input keys that differ, with old and new value where the engine shows them; secrets are masked. */
  readonly differences: readonly string[];
}

/** What the engine reported of one run. */
export interface EngineReport {
  /** Resources by what happened to them; the stack itself is counted as the engine counts it. */
  readonly changes: Readonly<Partial<Record<Operation, number>>>;
  /** Changed resources, in the order of the engine; unchanged ones are left out. */
  readonly steps: readonly Step[];
  /** The stack's outputs as shown: `[secret]` for a secret. */
  readonly outputs: Readonly<Record<string, unknown>>;
  /** The same, as they were before the run. */
  readonly outputsBefore: Readonly<Record<string, unknown>>;
  /** Warnings and errors, without colour codes, each once. */
  readonly warnings: readonly string[];
  readonly errors: readonly string[];
  /** Whether the engine reported the end of the run. */
  readonly complete: boolean;
}

const OPERATIONS: Record<string, Operation> = {
  same: "same",
  create: "create",
  update: "update",
  delete: "delete",
  replace: "replace",
  "create-replacement": "replace",
  "delete-replaced": "replace",
  read: "read",
  "read-replacement": "read",
  refresh: "refresh",
  import: "import",
  "import-replacement": "import",
};

/**
 * Reads an engine event log: one JSON object a line. A last line that was cut is passed over.
 *
 * @see https://github.com/pulumi/pulumi/blob/master/sdk/go/common/apitype/events.go
 */
export function readEvents(text: string): EngineReport {
  const steps: Step[] = [];
  const warnings = new Set<string>();
  const errors = new Set<string>();
  let changes: Record<string, number> = {};
  let outputs: Record<string, unknown> = {};
  let outputsBefore: Record<string, unknown> = {};
  let complete = false;
  const refreshed = new Set<string>();
  for (const line of text.split("\n")) {
    const event = parseLine(line);
    if (event === undefined) continue;
    if (isRecord(event.resourcePreEvent) && isRecord(event.resourcePreEvent.metadata)) {
      const { metadata } = event.resourcePreEvent;
      const step = readStep(metadata);
      // What a refresh found is told when it is over.
      if (metadata.op === "refresh") refreshed.add(String(metadata.urn));
      else if (step) steps.push(step);
    } else if (isRecord(event.resOutputsEvent) && isRecord(event.resOutputsEvent.metadata)) {
      const { metadata } = event.resOutputsEvent;
      const { urn, new: state, old } = metadata;
      if (refreshed.has(String(urn)) && metadata.op !== "refresh") {
        const step = readStep(metadata);
        if (step) steps.push(step);
      }
      if (typeOfUrn(String(urn)) === "pulumi:pulumi:Stack" && isRecord(state)) {
        outputs = isRecord(state.outputs) ? state.outputs : {};
        outputsBefore = isRecord(old) && isRecord(old.outputs) ? old.outputs : {};
      }
    } else if (isRecord(event.diagnosticEvent)) {
      const { severity, message, ephemeral } = event.diagnosticEvent;
      const plain = stripColors(String(message)).trim();
      if (severity === "warning") warnings.add(plain);
      if (severity === "error" && !ephemeral) errors.add(plain);
    } else if (isRecord(event.summaryEvent)) {
      changes = isRecord(event.summaryEvent.resourceChanges)
        ? event.summaryEvent.resourceChanges as Record<string, number>
        : {};
      complete = true;
    }
  }
  return {
    changes: countChanges(changes),
    steps,
    outputs,
    outputsBefore,
    warnings: [...warnings],
    errors: [...errors],
    complete,
  };
}

function parseLine(line: string): Record<string, unknown> | undefined {
  try {
    const event = JSON.parse(line);
    return isRecord(event) ? event : undefined;
  } catch {
    return undefined;
  }
}

function readStep(metadata: Record<string, unknown>): Step | undefined {
  const op = String(metadata.op);
  // A replacement is three steps of the engine; one of them stands for it.
  if (op === "same" || op === "create-replacement" || op === "delete-replaced") return undefined;
  const operation = OPERATIONS[op];
  const urn = String(metadata.urn);
  // The stack itself, its providers and its references are no changes of the infrastructure.
  if (operation === undefined || typeOfUrn(urn).startsWith("pulumi:")) return undefined;
  const detailed = isRecord(metadata.detailedDiff) ? Object.keys(metadata.detailedDiff) : [];
  const diffs = Array.isArray(metadata.diffs) ? metadata.diffs.map(String) : [];
  return {
    operation,
    urn,
    type: typeOfUrn(urn),
    name: nameOfUrn(urn),
    differences: detailed.length > 0 ? detailed : diffs,
  };
}

function countChanges(raw: Record<string, number>): Partial<Record<Operation, number>> {
  const changes: Partial<Record<Operation, number>> = {};
  for (const [name, number] of Object.entries(raw)) {
    const operation = name === "delete-replaced" || name === "create-replacement"
      ? undefined
      : OPERATIONS[name];
    if (operation) changes[operation] = (changes[operation] ?? 0) + number;
  }
  return changes;
}

/** Takes out the engine's colour markers `<{%fg 1%}>` and terminal codes. */
function stripColors(text: string): string {
  // deno-lint-ignore no-control-regex
  return text.replace(/<\{%.*?%\}>/g, "").replace(/\x1b\[[0-9;]*m/g, "");
}

/** Whether a run changed, or would change, anything: resources or the stack's outputs. */
export function hasChanges(report: EngineReport): boolean {
  return changedOutputs(report).length > 0 ||
    Object.entries(report.changes).some(([operation, number]) =>
      operation !== "same" && operation !== "read" && number > 0
    );
}

/**
 * The stack's outputs that are other than they were, or that a preview cannot tell, by key. Secrets are
 * masked in the log, so a secret that changes is not seen.
 */
export function changedOutputs({ outputs, outputsBefore }: EngineReport): string[] {
  return Object.keys({ ...outputsBefore, ...outputs }).filter((key) =>
    containsUnknown(outputs[key]) ||
    canonicalJson(outputs[key]) !== canonicalJson(outputsBefore[key])
  );
}
