/** The Docker engine, images and compose projects. @module */
import { defineFact, type Operation, operation } from "lib/images/operation.ts";
import { packages } from "lib/images/operations/apt.ts";
import { put } from "lib/images/operations/files/put.ts";
import { service } from "lib/images/operations/systemd.ts";
import { sh } from "lib/images/shell.ts";
import { Problem } from "lib/schema/problem.ts";

/** Whether the engine holds an image of this name, tag or digest; false where none runs. */
export const HasImage = defineFact<string, boolean>({
  name: "docker.HasImage",
  command: (image) => sh`if docker image inspect ${image} >/dev/null 2>&1; then echo yes; fi`,
  parse: (stdout) => stdout.trim() === "yes",
});

/** Compose as a plugin of Docker's, or as Debian 12 has it: a program of its own. */
const COMPOSE = `compose() {
  if docker compose version >/dev/null 2>&1; then docker compose "$@"
  elif command -v docker-compose >/dev/null; then docker-compose "$@"
  else echo 'Compose is not installed: add docker-compose to the packages of docker.install' >&2; return 1
  fi
}
`;

/** Services of a compose project that run. */
export const RunningServices = defineFact<string, string[]>({
  name: "docker.RunningServices",
  command: (folder) =>
    COMPOSE +
    sh`cd ${folder} 2>/dev/null && compose ps --filter status=running --services 2>/dev/null || true`,
  parse: (stdout) => stdout.split("\n").filter((line) => line !== "").sort(),
});

/**
 * Installs Debian's Docker engine with its settings. The service is enabled, and started where it
 * can be: in a build container it is left for the first boot.
 *
 * @param options `settings`: the content of `/etc/docker/daemon.json`; `packages`: default Debian's
 * engine
 */
export function install(
  options: { settings?: Readonly<Record<string, unknown>>; packages?: readonly string[] } = {},
): Operation {
  const content = `${JSON.stringify(options.settings ?? {}, undefined, 2)}\n`;
  const parts = [
    put({ dest: "/etc/docker/daemon.json", content, mode: "644" }),
    packages({ packages: options.packages ?? ["docker.io"], cacheTime: 86_400 }),
    service({ unit: "docker", running: null, enabled: true }),
  ];
  return operation("docker.install", async function* (facts) {
    for (const part of parts) yield* part.commands(facts);
  }, { claims: ["path /etc/docker/daemon.json"] });
}

/**
 * Pulls an image by digest, or removes it. Needs a running engine.
 *
 * @param options `image`: `name@sha256:…`; `present`: default true
 * @throws {Problem} for a present image without a digest: a tag can change between two builds
 */
export function image(options: { image: string; present?: boolean }): Operation {
  const present = options.present ?? true;
  if (present && !/@sha256:[0-9a-f]{64}$/.test(options.image)) {
    throw new Problem(`Docker image "${options.image}" is not pinned: add @sha256:…`);
  }
  return operation("docker.image", async function* (facts) {
    if (await facts.fact(HasImage, options.image) === present) return;
    if (present) yield { shell: sh`docker pull -q ${options.image}`, retries: 2 };
    else yield sh`docker image rm ${options.image}`;
  });
}

/**
 * Keeps the services of a compose project running, or stopped. Needs a running engine.
 *
 * @param options `folder`: holds `compose.yaml`; `services`: those that have to run; `present`:
 * default true
 */
export function compose(
  options: { folder: string; services: readonly string[]; present?: boolean },
): Operation {
  return operation("docker.compose", async function* (facts) {
    const running = await facts.fact(RunningServices, options.folder);
    const { folder } = options;
    if (options.present === false) {
      if (running.length > 0) yield COMPOSE + sh`cd ${folder} && compose down`;
    } else if (options.services.some((name) => !running.includes(name))) {
      yield COMPOSE + sh`cd ${folder} && compose up -d ${options.services}`;
    }
  });
}
