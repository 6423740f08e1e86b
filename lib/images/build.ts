/** Builds an image, from an empty folder to a recorded artifact. @module */
import { exec } from "lib/cli/exec.ts";
import { baseCacheDir, DEBIAN_12, ensureBase } from "lib/images/base.ts";
import { chooseAccount, cloudVariables } from "lib/images/cloud.ts";
import { readCommit, requireCommit } from "lib/images/commit.ts";
import { type Configured, secretsOf, shownSettings } from "lib/images/compose.ts";
import { sha256 } from "lib/schema/digest.ts";
import type { Outcome } from "lib/images/host.ts";
import type { BuildContext, Image } from "lib/images/image.ts";
import { Janitor } from "lib/images/janitor.ts";
import { type EphemeralKey, makeKey } from "lib/images/key.ts";
import { claimFolder, reapLeftovers } from "lib/images/leftovers.ts";
import { type ImageTarget, Manifest, writeJson } from "lib/images/manifest.ts";
import { bootContainer, type Machine } from "lib/images/nspawn.ts";
import {
  build as packerBuild,
  findPacker,
  type PackerBuild,
  validate,
  type Variables,
} from "lib/images/packer.ts";
import { requireFreePorts } from "lib/images/port.ts";
import { type Provisioned, runComponents } from "lib/images/provision.ts";
import { redactor } from "lib/images/redact.ts";
import { makeSbom } from "lib/images/sbom.ts";
import { SshTarget } from "lib/images/ssh.ts";
import { makeDisk, requireDiskTools } from "lib/images/disk.ts";
import { sh } from "lib/images/shell.ts";
import { requireSpace, requireTools, unpackBase } from "lib/images/workspace.ts";
import type { Env } from "lib/schema/env.ts";
import { Problem } from "lib/schema/problem.ts";

/** What is built, and with what. */
export interface BuildOptions {
  /** The repository. */
  readonly root: string;
  readonly image: Image;
  readonly context: BuildContext;
  readonly target: ImageTarget;
  /** The image's components with their settings, in order. */
  readonly components: readonly Configured[];
  /** The provisioner's command line, for Packer's shell. */
  readonly provision: (folder: string) => string;
  /** Where artifacts go: `<out>/<image>/<build>/`. */
  readonly out: string;
  readonly env: Env;
  /** For an AMI: an EC2 stand-in to rehearse against, with a local container as the instance. */
  readonly ec2Endpoint?: string;
  readonly say: (line: string) => void;
  readonly signal: AbortSignal;
}

/** A folder for one build, and everything in it that has to go in the end. */
export interface Workspace {
  readonly folder: string;
  readonly janitor: Janitor;
  readonly key: EphemeralKey;
}

// No real credentials for what only pretends to be EC2.
const REHEARSAL_CREDENTIALS = {
  AWS_ACCESS_KEY_ID: "rehearsal",
  AWS_SECRET_ACCESS_KEY: "rehearsal",
  AWS_SESSION_TOKEN: "",
  AWS_PROFILE: "",
  AWS_CONFIG_FILE: "/dev/null",
  AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
  AWS_EC2_METADATA_DISABLED: "true",
};

/** `20261123120000` for a moment, in UTC. */
export const stamp = (at: Date): string => at.toISOString().replace(/\D/g, "").slice(0, 14);

/**
 * Makes a folder below `out` that only its owner can enter, with a key that lives as long as it.
 * Removes those that a crash left there.
 */
export async function openWorkspace(out: string, janitor: Janitor): Promise<Workspace> {
  await reapLeftovers(out);
  const folder = `${out}/.build-${crypto.randomUUID().slice(0, 8)}`;
  await janitor.remove(folder);
  await Deno.mkdir(folder, { recursive: true, mode: 0o700 });
  await claimFolder(folder, janitor);
  return { folder, janitor, key: await makeKey(folder) };
}

/** Unpacks the base into the workspace and boots it; `nested` as for `bootContainer`. */
export async function bootBase(
  workspace: Workspace,
  options: Pick<BuildOptions, "env" | "say" | "signal" | "components"> & { nested?: boolean },
): Promise<{ root: string; machine: Machine }> {
  await requireTools(["mmdebstrap", "systemd-nspawn", "ssh", "ssh-keygen", "setsid", "tar"]);
  requireFreePorts(
    new Map(
      options.components.flatMap(({ component, settings }) =>
        component.ports(settings).map((port) => [port, component.name] as const)
      ),
    ),
  );
  const cache = baseCacheDir(options.env);
  const base = await ensureBase(DEBIAN_12, cache, workspace.janitor, options.say);
  await requireSpace(workspace.folder, 3 * (await Deno.stat(base)).size);
  const root = `${workspace.folder}/rootfs`;
  await unpackBase(base, root, workspace.janitor);
  options.signal.throwIfAborted();
  const machine = await bootContainer(root, workspace.key, {
    janitor: workspace.janitor,
    folder: workspace.folder,
    signal: options.signal,
    nested: options.nested,
  });
  return { root, machine };
}

/** What would be done to a freshly unpacked base: every operation, none carried out. */
export async function planImage(
  options: Pick<BuildOptions, "out" | "env" | "say" | "signal" | "components">,
): Promise<Outcome[]> {
  await using janitor = new Janitor();
  const workspace = await openWorkspace(options.out, janitor);
  const { machine } = await bootBase(workspace, options);
  const target = new SshTarget(machine.address);
  try {
    return await runComponents(target, options.components, "plan", { signal: options.signal });
  } finally {
    await target.close();
  }
}

/**
 * Builds one image for one target and writes its manifest and bill of materials beside it.
 *
 * @returns The manifest and the folder that holds everything
 * @throws {Problem} on the first failure; nothing of the build is left behind then
 */
export async function buildImage(
  options: BuildOptions,
): Promise<{ manifest: Manifest; folder: string; provisioned: Provisioned }> {
  if (options.target === "qcow2") await requireDiskTools();
  const found = await findPacker(options.env);
  const packer = options.ec2Endpoint === undefined
    ? found
    : { ...found, env: { ...found.env, ...REHEARSAL_CREDENTIALS } };
  const template = `${options.root}/images/${options.image.name}`;
  await using janitor = new Janitor();
  const workspace = await openWorkspace(options.out, janitor);
  const at = new Date();
  const { image, context } = options;
  const build = `${image.name}-${context.nodeType}-${context.environment}-${stamp(at)}`;
  const commit = await readCommit(options.root);
  const tell = narrate(options);
  let baseAmi: string | undefined;
  const onLine = (line: string) => {
    baseAmi ??= /Found Image ID: (ami-\w+)/.exec(line)?.[1];
    tell(line);
  };
  const isLocal = options.target !== "ami" || options.ec2Endpoint !== undefined;
  if (!isLocal) await requireCommit(options.root, options.context.environment);
  const cloud = options.target !== "ami" ? {} : {
    ...cloudVariables(options.context.environment, at),
    ...(isLocal ? {} : await chooseAccount(options.context.environment, options.env)),
  };
  const local = isLocal ? await bootBase(workspace, options) : undefined;
  const only = options.target === "ami" ? "amazon-ebs.ami" : "null.rootfs";
  const variables: Variables = {
    node_type: options.context.nodeType,
    build_environment: options.context.environment,
    build_commit: commit,
    built_at: stamp(at),
    ...cloud,
    ssh_private_key_file: workspace.key.path,
    ssh_public_key: workspace.key.publicKey,
    provision: await writeScript(workspace.folder, options.provision(workspace.folder)),
    ...(local === undefined
      ? {}
      : { ssh_host: local.machine.address.host, ssh_port: local.machine.address.port }),
    ...(options.ec2Endpoint === undefined
      ? {}
      : { ec2_endpoint: options.ec2Endpoint, ssh_username: "root", poll_seconds: 1 }),
  };
  await validate(packer, template, { variables, only, signal: options.signal });
  const artifact = await packerBuild(packer, {
    folder: template,
    only,
    variables,
    manifest: `${workspace.folder}/packer-manifest.json`,
    onLine,
    janitor,
    ...(options.target === "ami" ? cloudGrace(build, options.say) : {}),
    signal: options.signal,
  });
  await local?.machine.stop();

  const provisioned = JSON.parse(
    await Deno.readTextFile(`${workspace.folder}/provisioned.json`),
  ) as Provisioned;

  const staged = `${workspace.folder}/out`;
  await Deno.mkdir(staged);
  const sbom = makeSbom(
    { image: image.name, build, at, serial: crypto.randomUUID() },
    provisioned.inventory,
    options.components,
  );
  await writeJson(`${staged}/sbom.json`, sbom);
  const files = local === undefined || options.target === "ami"
    ? { baseAmi, ami: Object.fromEntries(artifact.split(",").map((id) => id.split(":"))) }
    : await finishLocal(local.root, staged, options, workspace);
  const { inventory } = provisioned;
  const manifest = Manifest.parse({
    image: image.name,
    build,
    nodeType: context.nodeType,
    environment: context.environment,
    target: options.target,
    builtAt: at.toISOString(),
    commit,
    ...files,
    sbomDigest: await sha256(await Deno.readFile(`${staged}/sbom.json`)),
    components: Object.fromEntries(
      options.components.map((one) => [one.component.name, shownSettings(one)]),
    ),
    sizeMiB: inventory.sizeMiB,
    packages: inventory.packages.length,
    openPorts: inventory.openPorts,
    setuid: inventory.setuid,
  });
  await refuseSecrets(staged, options.components, local?.root);
  await writeJson(`${staged}/manifest.json`, manifest);
  const folder = `${options.out}/${image.name}/${build}.${options.target}`;
  await Deno.mkdir(`${options.out}/${image.name}`, { recursive: true });
  await Deno.rename(staged, folder);
  return { manifest, folder, provisioned };
}

/** How long Packer may take to end its instance, in seconds: EC2 takes a minute or two as a rule. */
const CLOUD_GRACE = 600;

/** What an interrupted build of an AMI waits for, and says. */
function cloudGrace(
  build: string,
  say: (line: string) => void,
): Pick<PackerBuild, "grace" | "onInterrupt"> {
  const minutes = CLOUD_GRACE / 60;
  return {
    grace: CLOUD_GRACE,
    onInterrupt: (state) =>
      say(
        state === "waiting"
          ? `interrupted: Packer takes its instance and security group down, for ${minutes} minutes at most; ` +
            "a second interrupt does not wait for it"
          : `Packer did not end within ${minutes} minutes: look in EC2 for packer-${build}`,
      ),
  };
}

async function finishLocal(
  root: string,
  staged: string,
  options: BuildOptions,
  workspace: Workspace,
): Promise<{ artifact: string; digest?: string }> {
  // What the container was given of this machine's.
  await Deno.remove(`${root}/etc/resolv.conf`).catch((error) => {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  });
  if (options.target === "rootfs") {
    await Deno.rename(root, `${staged}/rootfs`);
    return { artifact: "rootfs" };
  }
  const disk = `${staged}/disk.qcow2`;
  options.say("making the disk bootable");
  const digest = await makeDisk(root, disk, workspace);
  return { artifact: "disk.qcow2", digest };
}

/** A command for Packer's shell in a file: Packer would render `{{ }}` in its words. */
async function writeScript(folder: string, command: string): Promise<string> {
  const path = `${folder}/provision.sh`;
  await Deno.writeTextFile(path, `exec ${command}\n`, { mode: 0o700 });
  return sh`sh ${path}`;
}

/** Packer's output as narration: what the provisioner says without Packer's prefix, redacted. */
function narrate(options: BuildOptions): (line: string) => void {
  const redact = redactor(secretsOf(options.components));
  let failed = false;
  return (line) => {
    // The provisioner's error is the task's own: told once, in the end.
    failed ||= /^(==>)?\s*[\w-]+\.[\w-]+: error: /.test(line);
    if (/: Provisioning step had errors/.test(line)) failed = false;
    if (failed) return;
    const said = /^(?:==>)?\s*[\w-]+\.[\w-]+: (.*)$/.exec(line)?.[1];
    if (said?.trim()) options.say(redact(said.trim()));
  };
}

/**
 * Looks for secret settings in what is published: the records, and a local root in full.
 *
 * @throws {Problem} naming the files that hold one
 */
export async function refuseSecrets(
  staged: string,
  components: readonly Configured[],
  root: string | undefined,
): Promise<void> {
  const secrets = secretsOf(components).filter((secret) => secret.length >= 4);
  if (secrets.length === 0) return;
  const rooted = root !== undefined && await Deno.stat(root).then(() => true, () => false);
  // The patterns go through stdin: a command line can be read by everybody.
  const found = await exec("grep", [
    "-rlF",
    "--binary-files=text",
    "-f",
    "-",
    staged,
    ...(rooted ? [root] : []),
  ], {
    stdin: secrets.join("\n"),
  });
  if (found.code === 1) return;
  const where = found.stdout.trim().split("\n").slice(0, 5).join(", ");
  throw new Problem(`A secret setting is in the image: ${where}: keep it out of images`);
}
