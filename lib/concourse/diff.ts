import { diffLines } from "diff";
import type { Pipeline } from "lib/concourse/model/mod.ts";
import { renderYaml } from "lib/concourse/render.ts";

/** What happens to one item of a pipeline. */
export interface ItemChange {
  /** `job`, `resource`, …; or the section itself where it has no items. */
  readonly kind: string;
  /** The item's name; empty where the section has no items. */
  readonly name: string;
  readonly change: "add" | "change" | "remove" | "move";
  /** Its lines as YAML, each after `+`, `-` or a blank; with a few unchanged ones around. */
  readonly lines: readonly string[];
}

/** The sections whose members have names, and what one is called. */
const NAMED: Readonly<Record<string, string>> = {
  groups: "group",
  var_sources: "variable source",
  resource_types: "resource type",
  prototypes: "prototype",
  resources: "resource",
  jobs: "job",
};

type Item = Readonly<Record<string, unknown>>;

/** Unchanged lines that are shown before and after changed ones. */
const CONTEXT = 3;

/** The lines of a value's YAML, marked by how they differ from another's. */
function markLines(before: unknown, after: unknown): string[] {
  const text = (value: unknown) => value === undefined ? "" : renderYaml(value);
  const marked = diffLines(text(before), text(after)).flatMap(({ value, added, removed }) =>
    value.replace(/\n$/, "").split("\n").map((line) =>
      `${added ? "+" : removed ? "-" : " "} ${line}`
    )
  );
  const near = (index: number) =>
    marked.slice(Math.max(0, index - CONTEXT), index + CONTEXT + 1).some((line) => line[0] !== " ");
  return marked.flatMap((line, index) =>
    near(index) ? [line] : index === 0 || near(index - 1) ? ["  …"] : []
  );
}

const same = (left: unknown, right: unknown): boolean =>
  left === undefined || right === undefined
    ? left === right
    : renderYaml(left) === renderYaml(right);

/** The items of a section by name; one that shares its name with an earlier gets a number. */
function byName(section: unknown): Map<string, Item> {
  const items = new Map<string, Item>();
  for (const item of Array.isArray(section) ? section as Item[] : []) {
    const name = String(item?.name ?? "");
    let key = name;
    for (let number = 2; items.has(key); number++) key = `${name} (${number})`;
    items.set(key, item);
  }
  return items;
}

function diffSection(kind: string, before: unknown, after: unknown): ItemChange[] {
  const [old, now] = [byName(before), byName(after)];
  const removed = [...old].flatMap(([name, item]): ItemChange[] =>
    now.has(name) ? [] : [{ kind, name, change: "remove", lines: markLines(item, undefined) }]
  );
  const changed = [...now].flatMap(([name, item]): ItemChange[] => {
    const held = old.get(name);
    if (held !== undefined && same(held, item)) return [];
    const change = held === undefined ? "add" : "change";
    return [{ kind, name, change, lines: markLines(held, item) }];
  });
  const order = (of: Map<string, Item>, other: Map<string, Item>) =>
    [...of.keys()].filter((name) => other.has(name));
  const [oldOrder, newOrder] = [order(old, now), order(now, old)];
  const moved: ItemChange[] = oldOrder.join("\0") === newOrder.join("\0")
    ? []
    : [{ kind, name: "", change: "move", lines: markLines(oldOrder, newOrder) }];
  return [...removed, ...changed, ...moved];
}

/**
 * What makes one pipeline of another, item by item in the order of sections; empty when they are equal.
 *
 * @param before `undefined` where there is none yet
 * @param after `undefined` where it is to go
 */
export function diffPipelines(
  before: Pipeline | undefined,
  after: Pipeline | undefined,
): ItemChange[] {
  const [old, now] = [before ?? {}, after ?? {}] as [Item, Item];
  const named = Object.entries(NAMED).flatMap(([section, kind]) =>
    diffSection(kind, old[section], now[section])
  );
  const others = [...new Set([...Object.keys(old), ...Object.keys(now)])]
    .filter((section) => !(section in NAMED) && !same(old[section], now[section]))
    .map((section): ItemChange => ({
      kind: section,
      name: "",
      change: old[section] === undefined ? "add" : now[section] === undefined ? "remove" : "change",
      lines: markLines(old[section], now[section]),
    }));
  return [...named, ...others];
}

const MARKS = { add: "+", change: "~", remove: "-", move: "↕" } as const;

/** A diff as text: a line for each item, and below it the item's lines. */
export function formatDiff(changes: readonly ItemChange[]): string {
  return changes.map(({ kind, name, change, lines }) =>
    [
      `${MARKS[change]} ${change === "move" ? `order of ${kind}s` : `${kind} ${name}`.trim()}`,
      ...lines.map((line) => `    ${line}`.trimEnd()),
    ].join("\n")
  ).join("\n");
}
