/** What has to be true of a booted machine, as shell that asks it. @module */
import { quote, sh } from "lib/images/shell.ts";
import { unitName } from "lib/images/operations/systemd.ts";

/** One thing that has to be true. */
export interface Check {
  /** What is true when it passes: `vault.service is active`. */
  readonly title: string;
  /** Exits 0 when it is; what it prints otherwise is shown. */
  readonly shell: string;
  /** How long it may take to become true, in seconds; default 0. */
  readonly within?: number;
}

/** A unit is enabled and runs, within 60 s. */
export const unitRuns = (unit: string): Check => ({
  title: `${unitName(unit)} is enabled and active`,
  shell: `systemctl is-enabled -q ${quote(unitName(unit))} && systemctl is-active ${
    quote(unitName(unit))
  } || { systemctl status --no-pager -n 10 ${quote(unitName(unit))}; exit 1; }`,
  within: 60,
});

/**
 * An HTTP request on the machine itself is answered, within 60 s.
 *
 * @param url Where to ask
 * @param statuses The good ones; default 200
 */
export const httpAnswers = (url: string, statuses: readonly number[] = [200]): Check => ({
  title: `${url} answers ${statuses.join(" or ")}`,
  shell: `code=$(curl -sk -o /dev/null -m 5 -w '%{http_code}' ${quote(url)}); case $code in ${
    statuses.join("|")
  }) ;; *) echo "it answered $code"; exit 1 ;; esac`,
  within: 60,
});

/** Something listens on a TCP port, within 60 s. */
export const listens = (port: number): Check => ({
  title: `TCP port ${port} is open`,
  shell: `ss -Hltn 'sport = :${port}' | grep -q . || { ss -Hltn; exit 1; }`,
  within: 60,
});

/** A path has an owner and a mode: `root:vault 640`. */
export const pathIs = (path: string, expected: string): Check => ({
  title: `${path} is ${expected}`,
  shell: `is=$(stat -c '%U:%G %a' ${quote(path)}) && [ "$is" = ${
    quote(expected)
  } ] || { echo "it is $is"; exit 1; }`,
});

/** A command exits 0. */
export const commandSucceeds = (title: string, shell: string, within?: number): Check => ({
  title,
  shell,
  ...(within === undefined ? {} : { within }),
});

/** What every image has to show. */
export const COMMON_CHECKS: readonly Check[] = [
  {
    title: "the machine came up with no failed unit",
    shell:
      sh`[ "$(systemctl is-system-running)" = running ] || { systemctl --failed --no-pager; exit 1; }`,
    within: 120,
  },
  {
    title: "the machine has an id of its own",
    shell: `grep -Eq '^[0-9a-f]{32}$' /etc/machine-id`,
  },
  {
    title: "the machine has host keys of its own",
    shell: `[ -s /etc/ssh/ssh_host_ed25519_key ]`,
    within: 30,
  },
  {
    title: "no package is half-installed",
    shell: `[ -z "$(dpkg --audit)" ] || { dpkg --audit; exit 1; }`,
  },
];
