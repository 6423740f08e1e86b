/** Boots an artifact and sees whether it is what it claims to be. @module */
import { requireSame } from "lib/images/artifact.ts";
import { exceeds } from "lib/images/budget.ts";
import { openWorkspace, type Workspace } from "lib/images/build.ts";
import { type Check, COMMON_CHECKS } from "lib/images/check.ts";
import { takeInventory } from "lib/images/inventory.ts";
import { Janitor } from "lib/images/janitor.ts";
import { bootDisk, probeAccelerator } from "lib/images/machine.ts";
import { Manifest, readJson } from "lib/images/manifest.ts";
import { bootContainer, type Machine } from "lib/images/nspawn.ts";
import { requireFreePorts } from "lib/images/port.ts";
import type { PreparedImage } from "lib/images/prepare.ts";
import { SshTarget } from "lib/images/ssh.ts";
import type { Target } from "lib/images/target.ts";
import { requireTools } from "lib/images/workspace.ts";
import { Problem, Problems } from "lib/schema/problem.ts";

/** How one check came out. */
export interface CheckResult {
  readonly title: string;
  readonly passed: boolean;
  /** What it said when it failed. */
  readonly detail?: string;
}

/** What a test of an artifact found. */
export interface TestResult {
  readonly build: string;
  /** From power on to an answer of ssh, in milliseconds, of the first machine. */
  readonly bootMilliseconds: number;
  readonly checks: readonly CheckResult[];
}

/** How to test. */
export interface TestOptions {
  /** How many machines to boot from the artifact; two must not share an identity. */
  readonly clones: number;
  /** Where the temporary files go. */
  readonly out: string;
  readonly say: (line: string) => void;
  readonly signal: AbortSignal;
}

/**
 * Runs checks, each until it passes or its time is up.
 *
 * @param target The booted machine
 */
export async function runChecks(
  target: Target,
  checks: readonly Check[],
  options: { say: (line: string) => void; signal?: AbortSignal },
): Promise<CheckResult[]> {
  const results: CheckResult[] = [];
  for (const check of checks) {
    const deadline = performance.now() + (check.within ?? 0) * 1000;
    let result = await target.run(check.shell);
    while (result.code !== 0 && performance.now() < deadline) {
      options.signal?.throwIfAborted();
      await new Promise((resolve) => setTimeout(resolve, 500));
      result = await target.run(check.shell);
    }
    const passed = result.code === 0;
    const detail = (result.stdout.trim() || result.stderr.trim()).slice(-1000);
    results.push({ title: check.title, passed, ...(passed || !detail ? {} : { detail }) });
    options.say(`${passed ? "passed" : "FAILED"} ${check.title}`);
  }
  return results;
}

/**
 * Boots an artifact (a disk in QEMU, a root in a container), without changing it, and runs the
 * checks of its components.
 *
 * @param folder The artifact's folder, with its manifest
 * @param prepared The image that it claims to be
 * @throws {Problem} when it does not boot, or was built as something else
 * @throws {Problems} one line per failed check
 */
export async function testArtifact(
  folder: string,
  prepared: PreparedImage,
  options: TestOptions,
): Promise<TestResult> {
  const manifest = await readJson(Manifest, `${folder}/manifest.json`);
  requireSame(folder, manifest, prepared);
  if (manifest.artifact === undefined) {
    throw new Problem(`${folder} is an AMI: only local artifacts can be booted here`);
  }
  if (manifest.target === "rootfs") requireContainable(prepared);
  await using janitor = new Janitor();
  const workspace = await openWorkspace(options.out, janitor);
  const artifact = `${folder}/${manifest.artifact}`;
  const boot = manifest.target === "qcow2"
    ? await diskBooter(artifact, workspace, options)
    : await rootBooter(artifact, workspace, prepared, options);
  const started = performance.now();
  const first = await boot();
  const bootMilliseconds = performance.now() - started;
  const target = new SshTarget(first.address);
  const checks: CheckResult[] = [];
  try {
    checks.push(...await runChecks(target, checksOf(prepared, workspace), options));
    for (const finding of exceeds(prepared.image.budget, await takeInventory(target))) {
      checks.push({ title: "the budget is kept", passed: false, detail: finding });
    }
    for (let clone = 1; clone < options.clones; clone++) {
      // Containers share this machine's network: one at a time.
      const identity = await readIdentity(target);
      if (manifest.target === "rootfs") await first.stop();
      checks.push(...await compareClone(identity, await boot(), options));
    }
  } finally {
    await target.close();
  }
  const failed = checks.filter((check) => !check.passed);
  if (failed.length > 0) {
    throw new Problems(
      failed.map(({ title, detail }) =>
        `${manifest.build}: check failed: ${title}${detail ? `: ${detail}` : ""}`
      ),
    );
  }
  return { build: manifest.build, bootMilliseconds, checks };
}

/** @throws {Problems} for each component that does what a container may not */
export function requireContainable({ image, components }: PreparedImage): void {
  const problems = components.flatMap(({ component: { name, needsMachine } }) =>
    needsMachine === undefined ? [] : [
      `Component ${name} of ${image.name} ${needsMachine}, which a container on this machine may ` +
      `not: build the image with --target qcow2, which boots and tests it too`,
    ]
  );
  if (problems.length > 0) throw new Problems(problems);
}

function checksOf(prepared: PreparedImage, workspace: Workspace): Check[] {
  return [
    ...COMMON_CHECKS,
    {
      title: "nobody but this test can log in as root",
      shell: `[ "$(grep -c . /root/.ssh/authorized_keys)" = 1 ] && grep -qF '${
        workspace.key.publicKey.split(" ")[1]
      }' /root/.ssh/authorized_keys`,
    },
    ...prepared.components.flatMap(({ component, settings }) => component.checks(settings)),
    ...prepared.image.checks?.(prepared.context) ?? [],
  ];
}

async function diskBooter(
  disk: string,
  workspace: Workspace,
  options: TestOptions,
): Promise<() => Promise<Machine>> {
  await requireTools(["qemu-system-x86_64", "qemu-img", "ssh", "ssh-keygen"]);
  const accelerator = await probeAccelerator(workspace.folder);
  options.say(
    accelerator === "kvm"
      ? "booting with KVM"
      : "booting without KVM, which runs no guest here: this takes half a minute",
  );
  return () => bootDisk(disk, workspace.key, { ...workspace, accelerator, signal: options.signal });
}

async function rootBooter(
  root: string,
  workspace: Workspace,
  prepared: PreparedImage,
  options: TestOptions,
): Promise<() => Promise<Machine>> {
  await requireTools(["systemd-nspawn", "ssh", "ssh-keygen"]);
  requireFreePorts(
    new Map(
      prepared.components.flatMap(({ component, settings }) =>
        component.ports(settings).map((port) => [port, component.name] as const)
      ),
    ),
  );
  const boot = { ...workspace, signal: options.signal, volatile: true };
  return () => bootContainer(root, workspace.key, boot);
}

async function readIdentity(target: Target): Promise<string[]> {
  const { stdout } = await target.run(
    "cat /etc/machine-id; for f in /etc/ssh/ssh_host_*_key.pub; do cut -d' ' -f1,2 $f; done",
  );
  return stdout.trim().split("\n");
}

async function compareClone(
  identity: readonly string[],
  clone: Machine,
  options: TestOptions,
): Promise<CheckResult[]> {
  const target = new SshTarget(clone.address);
  try {
    const other = await readIdentity(target);
    const shared = identity.filter((line) => other.includes(line));
    const passed = shared.length === 0 && identity.length > 1 && other.length > 1;
    const title = "two machines of this image share neither machine id nor host key";
    options.say(`${passed ? "passed" : "FAILED"} ${title}`);
    return [{ title, passed, ...(passed ? {} : { detail: shared.join(", ") }) }];
  } finally {
    await target.close();
    await clone.stop();
  }
}
