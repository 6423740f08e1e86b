/** Packet filter. @module */
import { defineFact, type Operation, operation } from "lib/images/operation.ts";
import { put } from "lib/images/operations/files/put.ts";
import { quote } from "lib/images/shell.ts";
import { Problem } from "lib/schema/problem.ts";

/** A chain of the packet filter. */
export interface ChainOptions {
  /** `inet`, `ip` or `ip6`; default `inet`. */
  readonly family?: "inet" | "ip" | "ip6";
  readonly table: string;
  readonly chain: string;
  /** For a base chain: where it is hooked in. */
  readonly hook?: {
    readonly type: "filter" | "nat";
    readonly name: "input" | "output" | "forward" | "prerouting" | "postrouting";
    readonly priority: number;
    readonly policy: "accept" | "drop";
  };
  /** In nft's own words, in order: `tcp dport 8200 accept`. */
  readonly rules: readonly string[];
}

/** Whether nft accepts a ruleset on this machine; `""` when it does, else its words. */
const Rejected = defineFact<string, string>({
  name: "nftables.Rejected",
  command: (ruleset) => `printf '%s' ${quote(ruleset)} | nft -c -f - 2>&1 || true`,
  parse: (stdout) => stdout.trim(),
});

/** The text of a chain in a table of its own making. */
export function renderChain(options: ChainOptions): string {
  for (const text of [options.table, options.chain, ...options.rules]) {
    if (/[;{}\n]/.test(text)) throw new Problem(`"${text}" cannot stand in an nftables rule`);
  }
  const { hook } = options;
  const head = hook === undefined
    ? []
    : [`type ${hook.type} hook ${hook.name} priority ${hook.priority}; policy ${hook.policy};`];
  return [
    `table ${options.family ?? "inet"} ${options.table} {`,
    `  chain ${options.chain} {`,
    ...[...head, ...options.rules].map((line) => `    ${line}`),
    "  }",
    "}",
    "",
  ].join("\n");
}

/**
 * Keeps a chain in `/etc/nftables.d`, from where nftables.service loads it at boot; in effect at
 * once where the machine lets it be. Its table is its own: loading it makes the table anew.
 *
 * @throws {Problem} when nft is there and refuses the rules
 */
export function chain(options: ChainOptions): Operation {
  const table = `${options.family ?? "inet"} ${options.table}`;
  const dest = `/etc/nftables.d/${options.table}.nft`;
  // A table that is not there cannot be deleted: an empty one is made before.
  const ruleset = `table ${table}\ndelete table ${table}\n${renderChain(options)}`;
  const write = put({ dest, content: ruleset, mode: "644" });
  return operation("nftables.chain", async function* (facts) {
    const rejected = await facts.fact(Rejected, ruleset);
    if (/Error: (?!.*(Operation not permitted|not supported))/.test(rejected)) {
      throw new Problem(`nft refuses table ${options.table}: ${rejected}`);
    }
    let changed = false;
    for await (const command of write.commands(facts)) {
      changed = true;
      yield command;
    }
    if (changed && facts.booted) {
      yield `nft -f ${quote(dest)} || systemd-detect-virt --quiet --container`;
    }
  }, { claims: write.claims });
}
