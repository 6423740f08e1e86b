import assert from "node:assert/strict";
import { adapt } from "tests/lib/images/pyinfra/adapters.ts";
import { type Case, decide } from "tests/lib/images/pyinfra/corpus.ts";

const CASES = (await Deno.readTextFile(new URL("./cases.jsonl", import.meta.url)))
  .trim().split("\n").map((line) => JSON.parse(line) as Case);

const NAMES = "Debian refuses such a name, so it is refused before the machine is asked";
const SHADOW = "Debian without useradd is no Debian";

/** Where we decide otherwise, and why. */
const DIFFERENCES: Record<string, string> = {
  "apt.sources_file/create_idempotent": "the file itself is compared, not what apt makes of it",
  "files.put/no_local": "content is given, not a file's name",
  "files.put/upload_to_directory": "a destination is a file's path, not a folder's",
  "files.template/invalid_template_syntax": "the case's template is not in the corpus",
  "files.template/undefined_template_variable": "the case's template is not in the corpus",
  "files.directory/ignore_link_type": "a flag for pyinfra's own use: server.user looks itself",
  "files.file/edit": "modes are octal, so that they can be compared",
  "server.user/add_groups_needs_quotes": NAMES,
  "server.user/add_needs_quotes": NAMES,
  "server.user/delete_needs_quotes": NAMES,
  "server.user/edit_needs_quotes": NAMES,
  "server.user/add_missing_useradd": SHADOW,
  "server.user/delete_missing_userdel": SHADOW,
  "server.user/edit_missing_usermod": SHADOW,
  "server.sysctl/set_needs_quotes": "no kernel parameter has such a name",
  "server.hostname/set_hostnamectl_needs_quotes": "no host has such a name",
  "server.locale/remove": "fr_FR.utf8 is how locale -a writes fr_FR.UTF-8: it is there",
  "server.modprobe/add_exists": "a module that is loaded now is also to be loaded at boot",
  "server.modprobe/add_multiple_exists": "as add_exists",
};

Deno.test("operations decide as pyinfra's do, but for the listed differences", async (t) => {
  const differing: string[] = [];
  const counts: Record<string, { alike: number; differ: number; none: number }> = {};
  for (const row of CASES) {
    const count = counts[row.case.split(".")[0]] ??= { alike: 0, differ: 0, none: 0 };
    const make = adapt(row);
    if (typeof make === "string") {
      count.none++;
      continue;
    }
    const decision = await decide(make, row);
    if (decision === row.decision) count.alike++;
    else {
      count.differ++;
      differing.push(row.case);
    }
  }
  await t.step("every difference is listed, and every listed one is a difference", () => {
    assert.deepEqual(differing.sort(), Object.keys(DIFFERENCES).sort());
  });
  await t.step("the counts are those that RESULTS.md reports", () => {
    assert.deepEqual(counts, {
      apt: { alike: 24, differ: 1, none: 15 },
      files: { alike: 93, differ: 6, none: 44 },
      server: { alike: 54, differ: 12, none: 22 },
      crontab: { alike: 0, differ: 0, none: 17 },
      systemd: { alike: 11, differ: 0, none: 12 },
    });
  });
});
