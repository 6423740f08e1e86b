import assert from "node:assert/strict";
import { Budget } from "lib/images/image.ts";
import { provision } from "lib/images/provision.ts";
import type { Target } from "lib/images/target.ts";

/** A machine that takes 900 MiB and serves port 9000 until it is sealed, and 700 MiB and nothing after. */
function machine(): Target {
  let sealed = false;
  const stock = () =>
    `== os\ndebian 12\n== packages\nii |curl|1|amd64|curl\n== setuid\n/opt/odd\n== ports\n${
      sealed ? "" : "0.0.0.0:9000\n"
    }== size\n${sealed ? 700 : 900}\n`;
  return {
    name: "a machine",
    run: (shell) => {
      if (shell.includes("ssh_host_")) sealed = true;
      const stdout = shell.includes("== packages") ? stock() : "";
      return Promise.resolve({ code: 0, stdout, stderr: "" });
    },
    close: () => Promise.resolve(),
  };
}

const budget = (given: object) =>
  Budget.parse({ openPorts: [9000], setuid: ["/opt/odd"], ...given });

Deno.test("the size that counts is the sealed machine's, the ports are the running one's", async () => {
  const { inventory } = await provision(machine(), [], budget({ sizeMiB: 800 }));
  assert.equal(inventory.sizeMiB, 700);
  assert.deepEqual(inventory.openPorts, [9000]);
});

const FAULTS: readonly [what: string, given: object, says: RegExp][] = [
  ["too large", { sizeMiB: 600 }, /takes 700 MiB, its budget is 600 MiB/],
  ["open to the network", { sizeMiB: 800, openPorts: [] }, /Port 9000 is open/],
  ["setuid", { sizeMiB: 800, setuid: [] }, /\/opt\/odd has the setuid bit/],
];
for (const [what, given, says] of FAULTS) {
  Deno.test(`a machine that is ${what} fails in Packer's provisioner: no AMI is made of it`, async () => {
    await assert.rejects(provision(machine(), [], budget(given)), says);
  });
}
