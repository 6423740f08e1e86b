/** What every node has: where it begins, counted from 1. */
interface Placed {
  readonly line: number;
  readonly column: number;
}

/** Text, a number, a boolean or null: which one, its tag and style decide. */
export interface ScalarNode extends Placed {
  readonly kind: "scalar";
  readonly value: string;
  /** In full, such as `tag:yaml.org,2002:str`; empty where none is written. */
  readonly tag: string;
  /** Whether it is written without quotes and not as a block. */
  readonly plain: boolean;
}

/** A list. */
export interface ListNode extends Placed {
  readonly kind: "list";
  readonly items: YamlNode[];
}

/** A mapping, its keys in the file's order. */
export interface MapNode extends Placed {
  readonly kind: "map";
  readonly entries: (readonly [YamlNode, YamlNode])[];
}

/** `*name`, a reference to the node that `&name` marks. */
export interface AliasNode extends Placed {
  readonly kind: "alias";
  /** The anchor's name. */
  readonly value: string;
  readonly target: YamlNode;
}

/** A node as it is written: nothing is resolved, merged or copied. */
export type YamlNode = ScalarNode | ListNode | MapNode | AliasNode;

/** `tag:yaml.org,2002:str` → `!!str`. */
export function shortTag(tag: string): string {
  return tag.startsWith("tag:yaml.org,2002:") ? `!!${tag.slice(18)}` : tag;
}
