/** Python packages and environments. @module */
import { Path } from "lib/images/facts/files.ts";
import { PipPackages } from "lib/images/facts/packages.ts";
import { type Operation, operation } from "lib/images/operation.ts";
import { absolute } from "lib/images/operations/files/put.ts";
import { sh } from "lib/images/shell.ts";
import { Problem } from "lib/schema/problem.ts";

/**
 * Makes a virtual environment, or removes it.
 *
 * @param options `path`: its folder; `python`: default `python3`; `systemPackages`: let it see the
 * system's; `copies`: its `python3` is a file of its own, as what goes by a program's path (AppArmor, file
 * capabilities) follows links; `present`: default true
 */
export function venv(
  options: {
    path: string;
    python?: string;
    systemPackages?: boolean;
    copies?: boolean;
    present?: boolean;
  },
): Operation {
  return operation("pip.venv", async function* (facts) {
    const path = absolute(options.path);
    if (options.present === false) {
      if (await facts.fact(Path, path) !== null) yield sh`rm -rf -- ${path}`;
    } else if (await facts.fact(Path, `${path}/bin/activate`) === null) {
      const packages = options.systemPackages && "--system-site-packages";
      const copies = options.copies && "--copies";
      yield sh`${options.python ?? "python3"} -m venv ${packages} ${copies} ${path}`;
    }
  }, { claims: [`path ${options.path}`] });
}

/**
 * Installs or removes Python packages.
 *
 * @param options `packages`: `name` or `name==version`; `pip`: default `pip3`, or the one of `venv`;
 * `present`: default true
 * @throws {Problem} for a requirement of another form
 */
export function packages(
  options: { packages: readonly string[]; pip?: string; venv?: string; present?: boolean },
): Operation {
  for (const word of options.packages) {
    if (!/^[A-Za-z0-9][\w.-]*(\[[\w,-]+\])?(==[\w.+!-]+)?$/.test(word)) {
      throw new Problem(`"${word}" is not NAME or NAME==VERSION`);
    }
  }
  return operation("pip.packages", async function* (facts) {
    const pip = options.pip ?? (options.venv ? `${options.venv}/bin/pip` : "pip3");
    const installed = await facts.fact(PipPackages, pip);
    const isInstalled = (word: string) => {
      const [name, version] = word.replace(/\[.*\]/, "").split("==");
      const has = installed[name.toLowerCase().replaceAll("_", "-")];
      return has !== undefined && (version === undefined || has === version);
    };
    const present = options.present ?? true;
    const wanted = options.packages.filter((word) => isInstalled(word) !== present);
    if (wanted.length === 0) return;
    if (!present) yield sh`${pip} uninstall --yes ${wanted.map((word) => word.split("==")[0])}`;
    else {
      yield {
        shell: sh`${pip} install --disable-pip-version-check --no-input ${wanted}`,
        retries: 1,
      };
    }
  });
}
