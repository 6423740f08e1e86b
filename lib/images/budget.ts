import type { Budget } from "lib/images/image.ts";
import type { Inventory } from "lib/images/inventory.ts";

/** Setuid programs that Debian's own packages bring to every machine. */
const USUAL_SETUID = new Set([
  "/usr/bin/chfn",
  "/usr/bin/chsh",
  "/usr/bin/gpasswd",
  "/usr/bin/mount",
  "/usr/bin/newgrp",
  "/usr/bin/passwd",
  "/usr/bin/su",
  "/usr/bin/sudo",
  "/usr/bin/umount",
  "/usr/lib/dbus-1.0/dbus-daemon-launch-helper",
  "/usr/lib/openssh/ssh-keysign",
  "/usr/lib/polkit-1/polkit-agent-helper-1",
]);

/** What of a machine exceeds its budget: one line per finding, empty when it keeps to it. */
export function exceeds(budget: Budget, inventory: Inventory): string[] {
  const findings: string[] = [];
  if (inventory.sizeMiB > budget.sizeMiB) {
    findings.push(
      `The image takes ${inventory.sizeMiB} MiB, its budget is ${budget.sizeMiB} MiB: ` +
        "take something out, or raise sizeMiB",
    );
  }
  const ports = new Set([22, ...budget.openPorts]);
  for (const port of inventory.openPorts) {
    if (!ports.has(port)) {
      findings.push(`Port ${port} is open to the network: close it, or add it to openPorts`);
    }
  }
  for (const path of inventory.setuid) {
    if (!USUAL_SETUID.has(path) && !budget.setuid.includes(path)) {
      findings.push(`${path} has the setuid bit: take it off, or add it to setuid`);
    }
  }
  return findings;
}
