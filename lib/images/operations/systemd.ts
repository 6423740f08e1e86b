/** systemd units. @module */
import { Unit } from "lib/images/facts/server.ts";
import { type Command, type Operation, operation } from "lib/images/operation.ts";
import { put } from "lib/images/operations/files/put.ts";
import { quote, sh } from "lib/images/shell.ts";
import { Problem } from "lib/schema/problem.ts";

const SUFFIXES = /\.(service|socket|device|mount|automount|swap|target|path|timer|slice|scope)$/;

/** `vault` → `vault.service`. */
export const unitName = (unit: string): string => SUFFIXES.test(unit) ? unit : `${unit}.service`;

/** What {@linkcode service} takes. */
export interface ServiceOptions {
  /** The unit; `.service` is added where no suffix is. */
  readonly unit: string;
  /** Whether it shall run; `null` leaves that alone. Default true, and only where systemd runs. */
  readonly running?: boolean | null;
  /** Restart it if it already ran. */
  readonly restarted?: boolean;
  /** Reload it if it already ran. */
  readonly reloaded?: boolean;
  /** Whether it shall start at boot; default left alone. */
  readonly enabled?: boolean;
  /** Read the unit files again first. */
  readonly daemonReload?: boolean;
}

/**
 * Starts, stops, restarts, enables or disables a unit. A started one has to stay up: one that fails
 * right after is an error with the end of its journal. Where systemd does not run (a chroot) only
 * `enabled` can be brought about, and the rest is left for the first boot.
 */
export function service(options: ServiceOptions): Operation {
  return operation("systemd.service", async function* (facts) {
    const unit = unitName(options.unit);
    const running = options.running === undefined ? true : options.running;
    if (facts.booted) {
      if (options.daemonReload) yield "systemctl daemon-reload";
      const isRunning = (await facts.fact(Unit, unit)).running;
      if (running === false && isRunning) yield sh`systemctl stop ${unit}`;
      if (running === true && !isRunning) yield settled("start", unit);
      if (options.restarted && isRunning && running !== false) yield settled("restart", unit);
      if (options.reloaded && isRunning && running !== false) yield sh`systemctl reload ${unit}`;
    }
    if (options.enabled === undefined) return;
    const { enabled } = await facts.fact(Unit, unit);
    if (options.enabled && !enabled) yield sh`systemctl enable ${unit}`;
    if (!options.enabled && enabled) yield sh`systemctl disable ${unit}`;
  });
}

/** Starts a unit and looks again after a moment: `systemctl start` says nothing of what dies then. */
function settled(verb: "start" | "restart", unit: string): Command {
  const show = (property: string) => `$(systemctl show ${quote(unit)} -p ${property} --value)`;
  return {
    shell: [
      sh`systemctl reset-failed ${unit} 2>/dev/null || true`,
      sh`if systemctl ${verb} ${unit}; then sleep 0.5`,
      `case "${show("ActiveState")} ${show("SubState")} ${show("NRestarts")}" in`,
      `failed*|*auto-restart*) ;; *" "|*" 0") exit 0 ;; esac; fi`,
      sh`echo ${`${unit} did not stay up; its journal ends:`} >&2`,
      sh`journalctl -u ${unit} -n 20 --no-pager -o cat >&2; exit 1`,
    ].join("\n"),
  };
}

/** Reads all unit files again: a change on every run. */
export function daemonReload(): Operation {
  return operation("systemd.daemonReload", async function* (facts) {
    if (facts.booted) yield "systemctl daemon-reload";
  }, { idempotent: false });
}

/** The sections of a unit file: section → key → value; a list repeats the key. */
export type UnitSections = Readonly<
  Record<string, Readonly<Record<string, string | number | boolean | readonly string[]>>>
>;

/** The text of a unit file. */
export function renderUnit(sections: UnitSections): string {
  return Object.entries(sections).map(([section, keys]) => {
    const lines = Object.entries(keys).flatMap(([key, value]) =>
      (Array.isArray(value) ? value : [value]).map((one) => {
        const text = one === true ? "yes" : one === false ? "no" : String(one);
        if (/[\n\r]/.test(text)) throw new Problem(`${section}.${key} cannot hold a line break`);
        return `${key}=${text}`;
      })
    );
    return `[${section}]\n${lines.join("\n")}\n`;
  }).join("\n");
}

/**
 * Writes a unit file to `/etc/systemd/system`, or a drop-in of a unit with `dropIn`, and reads it.
 *
 * @param options `unit`: its name; `sections`: its content; `dropIn`: a drop-in's name, without
 * `.conf`
 */
export function unit(
  options: { unit: string; sections: UnitSections; dropIn?: string },
): Operation {
  const name = unitName(options.unit);
  const dest = options.dropIn === undefined
    ? `/etc/systemd/system/${name}`
    : `/etc/systemd/system/${name}.d/${options.dropIn}.conf`;
  const write = put({ dest, content: renderUnit(options.sections), mode: "644" });
  return operation("systemd.unit", async function* (facts) {
    let changed = false;
    for await (const command of write.commands(facts)) {
      changed = true;
      yield command;
    }
    if (changed && facts.booted) yield "systemctl daemon-reload";
  }, { claims: write.claims });
}
