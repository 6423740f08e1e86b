import { KernelModules, Mounts, Sysctl } from "lib/images/facts/server.ts";
import { type Operation, operation } from "lib/images/operation.ts";
import { put } from "lib/images/operations/files/put.ts";
import { quote, sh } from "lib/images/shell.ts";
import { Problem } from "lib/schema/problem.ts";

const squeeze = (value: string | number) => String(value).trim().replace(/\s+/g, " ");

/**
 * Sets a kernel parameter, now and at every boot. Where the machine may not set it now (a container
 * shares its host's kernel) it is left for the first boot.
 *
 * @param options `key`: `vm.max_map_count`; `value`: its value; `persist`: also at boot, in
 * `/etc/sysctl.d` (default true)
 */
export function sysctl(
  options: { key: string; value: string | number; persist?: boolean },
): Operation {
  if (!/^[\w.\/-]+$/.test(options.key)) {
    throw new Problem(`"${options.key}" is no kernel parameter`);
  }
  const value = squeeze(options.value);
  const dest = `/etc/sysctl.d/60-${options.key.replaceAll("/", ".")}.conf`;
  const drop = put({ dest, content: `${options.key} = ${value}\n`, mode: "644" });
  return operation("server.sysctl", async function* (facts) {
    const persisted = options.persist ?? true;
    let changed = !persisted;
    if (persisted) {
      for await (const command of drop.commands(facts)) {
        changed = true;
        yield command;
      }
    }
    const current = await facts.fact(Sysctl, options.key);
    if (!facts.booted || current === value) return;
    const set = sh`sysctl -q -w ${`${options.key}=${value}`}`;
    if (!persisted) yield set;
    // A read-only kernel says so once, when the drop-in is new; the verify pass asks no more.
    else if (changed) yield `${set} || { [ ! -w /proc/sys/kernel ] && echo "applies at boot"; }`;
  }, { claims: [`path ${dest}`] });
}

/**
 * Loads or unloads kernel modules, and loads them at every boot.
 *
 * @param options `modules`: their names; `present`: default true; `name`: of the file in
 * `/etc/modules-load.d`, which is written for present ones (default the first module)
 */
export function modprobe(
  options: { modules: readonly string[]; present?: boolean; name?: string },
): Operation {
  return operation("server.modprobe", async function* (facts) {
    const present = options.present ?? true;
    const normal = (name: string) => name.replaceAll("-", "_");
    const loaded = new Set((await facts.fact(KernelModules, null)).map(normal));
    const dest = `/etc/modules-load.d/${options.name ?? options.modules[0]}.conf`;
    let isNew = false;
    if (present) {
      const content = options.modules.map((name) => `${name}\n`).join("");
      for await (const command of put({ dest, content, mode: "644" }).commands(facts)) {
        isNew = true;
        yield command;
      }
    }
    const wrong = options.modules.filter((name) => loaded.has(normal(name)) !== present);
    if (wrong.length === 0 || !facts.booted) return;
    if (!present) yield sh`modprobe -r -a ${wrong}`;
    else if (isNew) {
      yield `modprobe -a ${wrong.map(quote).join(" ")} || systemd-detect-virt --quiet --container`;
    }
  });
}

/**
 * Mounts, remounts or unmounts a file system; `/etc/fstab` is another operation's business.
 *
 * @param options `path`: the mount point; `mounted`: default true; `device`, `type`: what is
 * mounted; `options`: all of these have to be in effect
 */
export function mount(
  options: {
    path: string;
    mounted?: boolean;
    device?: string;
    type?: string;
    options?: readonly string[];
  },
): Operation {
  return operation("server.mount", async function* (facts) {
    const mounts = await facts.fact(Mounts, null);
    const at = options.path in mounts ? options.path : Object.keys(mounts).find((path) =>
      // Not "tmpfs" or "overlay", which are the device of many.
      options.device?.startsWith("/") && mounts[path].device === options.device
    );
    if (options.mounted === false) {
      if (at !== undefined) yield sh`umount ${at}`;
      return;
    }
    const wanted = options.options ?? [];
    if (at === undefined) {
      yield [
        "mount",
        options.type ? `-t ${quote(options.type)}` : "",
        wanted.length > 0 ? `-o ${quote(wanted.join(","))}` : "",
        options.device ? quote(options.device) : "",
        quote(options.path),
      ].filter((word) => word !== "").join(" ");
    } else if (wanted.some((option) => !mounts[at].options.includes(option))) {
      yield sh`mount -o ${`remount,${wanted.join(",")}`} ${at}`;
    }
  });
}
