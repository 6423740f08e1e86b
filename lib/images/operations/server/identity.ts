import { Lines } from "lib/images/facts/files.ts";
import { Groups, Hostname, Locales } from "lib/images/facts/server.ts";
import { type Operation, operation } from "lib/images/operation.ts";
import { escapePattern } from "lib/images/operations/files/line.ts";
import { put } from "lib/images/operations/files/put.ts";
import { quote, sh } from "lib/images/shell.ts";
import { Problem } from "lib/schema/problem.ts";

/**
 * Adds or removes a group.
 *
 * @param options `group`: its name; `present`: default true; `system`: an id below 1000; `gid`: its
 * id
 */
export function group(
  options: { group: string; present?: boolean; system?: boolean; gid?: number },
): Operation {
  return operation("server.group", async function* (facts) {
    const exists = (await facts.fact(Groups, null)).includes(options.group);
    if (options.present === false) {
      if (exists) yield sh`groupdel ${options.group}`;
    } else if (!exists) {
      const gid = options.gid === undefined ? undefined : ["-g", String(options.gid)];
      yield sh`groupadd ${options.system && "-r"} ${gid ?? []} ${options.group}`;
    }
  }, { claims: [`group ${options.group}`] });
}

/** Sets the static host name, in effect at once where systemd runs. */
export function hostname(name: string): Operation {
  if (!/^[a-z0-9]([a-z0-9.-]{0,62}[a-z0-9])?$/i.test(name)) {
    throw new Problem(`"${name}" is not a host name`);
  }
  return operation("server.hostname", async function* (facts) {
    if (await facts.fact(Hostname, null) === name) return;
    if (facts.booted) {
      yield `hostnamectl set-hostname ${quote(name)} 2>/dev/null || printf '%s\\n' ${
        quote(name)
      } > /etc/hostname`;
    } else yield* put({ dest: "/etc/hostname", content: `${name}\n` }).commands(facts);
  }, { claims: ["path /etc/hostname"] });
}

/** `en_US.UTF-8` → `en_US.utf8`, as `locale -a` writes it. */
const generated = (locale: string) => locale.replace(/\.UTF-8$/, ".utf8");

/**
 * Generates a locale, or takes it away.
 *
 * @param options `locale`: `en_US.UTF-8`; `present`: default true
 * @throws {Problem} when `/etc/locale.gen` does not know it, or knows several
 */
export function locale(options: { locale: string; present?: boolean }): Operation {
  return operation("server.locale", async function* (facts) {
    const path = "/etc/locale.gen";
    const locales = await facts.fact(Locales, null);
    const exists = locales.includes(options.locale) || locales.includes(generated(options.locale));
    const present = options.present ?? true;
    const pattern = `^#\\? \\?${escapePattern(options.locale)}[[:space:]]\\+.*$`;
    const [line, ...others] = await facts.fact(Lines, { path, pattern });
    if (line === undefined || others.length > 0) {
      const what = line === undefined ? "does not know" : "has several lines for";
      throw new Problem(`${path} ${what} locale ${options.locale}`);
    }
    if (exists === present) return;
    const bare = line.replace(/^# ?/, "");
    const wanted = present ? bare : `# ${bare}`;
    if (wanted !== line) {
      yield sh`sed -i ${`s/^${escapePattern(line)}$/${
        wanted.replace(/[\\&/]/g, "\\$&")
      }/`} ${path}`;
    }
    yield "locale-gen";
  });
}
