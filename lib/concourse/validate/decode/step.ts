import type { Datum, Entry, MapDatum } from "lib/concourse/validate/datum.ts";
import type { DecodeContext, Located } from "lib/concourse/validate/decode/context.ts";
import {
  any,
  anyMap,
  bool,
  custom,
  type Decoder,
  int,
  list,
  struct,
  type StructDecoder,
  text,
  textMap,
} from "lib/concourse/validate/decode/fields.ts";
import {
  env,
  type MaxInFlight,
  maxInFlight,
  putInputs,
  tags,
  versionConfig,
} from "lib/concourse/validate/decode/scalars.ts";
import {
  containerLimits,
  type TaskConfig,
  taskConfig,
} from "lib/concourse/validate/decode/task.ts";
import type { Hook, Step, StepConfig } from "lib/concourse/validate/decode/step_types.ts";

/** A step, decoded in passes: each modifier takes its keys, then the core step takes its own. */
export const step: Decoder<Step> = custom({
  // Never used: a step is only decoded where it stands.
  zero: undefined as unknown as Step,
  decode: decodeStep,
});

const inParallel: Decoder<InParallel> = custom({
  zero: { steps: [], limit: 0n, fail_fast: false },
  decode(datum, context) {
    const none = { steps: [], limit: 0n, fail_fast: false };
    if (datum.type === "list") return { ...none, steps: list(step).decode(datum, context) };
    if (datum.type === "map") return inParallelConfig.decode(datum, context);
    context.expected("a list of steps, or a mapping with steps", datum);
    return none;
  },
});

interface InParallel {
  readonly steps: readonly Step[];
  readonly limit: bigint;
  readonly fail_fast: boolean;
}
const inParallelConfig = struct<InParallel>({ steps: list(step), limit: int, fail_fast: bool });

interface AcrossVar {
  readonly var: string;
  readonly values: Datum | undefined;
  readonly max_in_flight: MaxInFlight | undefined;
}

const hook = (name: string) => struct({ [name]: step });
const taskStep = struct({
  task: text,
  privileged: bool,
  hermetic: bool,
  file: text,
  container_limits: containerLimits,
  config: taskConfig as Decoder<TaskConfig | undefined>,
  params: env,
  vars: anyMap,
  tags,
  input_mapping: textMap,
  output_mapping: textMap,
  image: text,
  timeout: text,
});

/** The keys that make a step, in the order in which they are looked for; modifiers wrap the rest. */
const PRECEDENCE: readonly (readonly [
  kind: StepConfig["kind"],
  modifies: boolean,
  decoder: StructDecoder<object>,
])[] = [
  ["ensure", true, hook("ensure")],
  ["on_error", true, hook("on_error")],
  ["on_abort", true, hook("on_abort")],
  ["on_failure", true, hook("on_failure")],
  ["on_success", true, hook("on_success")],
  [
    "across",
    true,
    struct({
      across: list(
        custom(struct<AcrossVar>({ var: text, values: any, max_in_flight: maxInFlight }), true),
      ),
      fail_fast: bool,
    }),
  ],
  ["attempts", true, struct({ attempts: int })],
  [
    "run",
    false,
    struct({
      run: text,
      type: text,
      params: anyMap,
      privileged: bool,
      tags,
      container_limits: containerLimits,
      timeout: text,
    }),
  ],
  ["task", false, taskStep],
  [
    "put",
    false,
    struct({
      put: text,
      resource: text,
      params: anyMap,
      inputs: putInputs,
      tags,
      get_params: anyMap,
      timeout: text,
      no_get: bool,
    }),
  ],
  [
    "get",
    false,
    struct({
      get: text,
      resource: text,
      version: versionConfig,
      params: anyMap,
      passed: list(text),
      trigger: bool,
      tags,
      timeout: text,
    }),
  ],
  ["timeout", true, struct({ timeout: text })],
  [
    "set_pipeline",
    false,
    struct({
      set_pipeline: text,
      file: text,
      team: text,
      vars: anyMap,
      var_files: list(text),
      instance_vars: anyMap,
    }),
  ],
  ["load_var", false, struct({ load_var: text, file: text, format: text, reveal: bool })],
  ["try", false, struct({ try: step })],
  ["do", false, struct({ do: list(step), tags })],
  ["in_parallel", false, struct({ in_parallel: inParallel, tags })],
];

function decodeStep(datum: Datum, context: DecodeContext): Step {
  const nothing = (node: MapDatum): Step => ({
    node,
    unknown: [],
    config: { kind: "do", node, do: [], tags: [] },
  });
  const none: MapDatum = { ...datum, type: "map", entries: new Map() };
  if (datum.type !== "map") {
    if (datum.type === "null") context.fault("no step configured", datum);
    else context.expected("a step, which is a mapping", datum);
    return nothing(none);
  }
  let rest: MapDatum = datum;
  let unknown: readonly string[] = [];
  const found: (Located & { step?: unknown })[] = [];
  let core = false;
  for (const [kind, modifies, decoder] of PRECEDENCE) {
    if (!rest.entries.has(kind)) continue;
    const fields = decoder.decode(rest, context) as
      & Located
      & {
        readonly [K in Hook]?: Step;
      };
    found.push(Object.assign(fields, { kind, node: datum, hook: fields[kind as Hook] }));
    if (!modifies) {
      unknown = [...rest.entries.keys()].filter((name) => !decoder.names.includes(name)).sort();
      core = true;
      break;
    }
    const entries = new Map<string, Entry>();
    for (const [name, entry] of rest.entries) {
      if (!decoder.names.includes(name)) entries.set(name, entry);
    }
    rest = { type: "map", entries, line: datum.line, column: datum.column };
  }
  if (found.length === 0) context.fault("no step configured", datum);
  else if (!core) {
    context.fault("no core step type declared (e.g. get, put, task, etc.)", datum);
  }
  if (!core) return nothing(datum);
  found.slice(0, -1).forEach((modifier, index) => modifier.step = found[index + 1]);
  return { node: datum, unknown, config: found[0] as StepConfig };
}
