/**
 * The stack host: a process of its own that serves one stack's program to the Pulumi CLI and, in a
 * sandbox, the providers. gRPC under Deno can take the process down, so it is kept out of the scheduler's.
 *
 * Reads one {@linkcode HostRequest} from stdin, writes {@linkcode HostMessage} lines to stdout, and ends
 * when stdin closes: it cannot outlive the scheduler.
 *
 * @module
 */
import "lib/pulumi/slim.ts";
import process from "node:process";
import { createInterface } from "node:readline";
import * as grpc from "@grpc/grpc-js";
import * as pulumi from "@pulumi/pulumi";
import automation from "@pulumi/pulumi/automation/server.js";
import languages from "@pulumi/pulumi/proto/language_grpc_pb.js";
import { processEnv } from "lib/schema/env.ts";
import { messageOf, Problem, Problems } from "lib/schema/problem.ts";
import { loadProject } from "lib/pulumi/fleet.ts";
import { HostAnswer, type HostMessage, HostRequest } from "lib/pulumi/host/protocol.ts";
import { Deferred } from "lib/pulumi/needs.ts";
import { openRehearsals } from "lib/pulumi/rehearse/connect.ts";
import { runProgram, type StackRun, tagsOf } from "lib/pulumi/run_program.ts";
import { dropDebugging } from "lib/pulumi/runtime.ts";
import { serveSimulatedProviders } from "lib/pulumi/simulate/provider.ts";
import {
  readStackFile,
  withDecrypted,
  withMadeUpSecrets,
  withOverrides,
} from "lib/pulumi/stack_file.ts";
import { parseStack } from "lib/pulumi/stack_info.ts";
import { taggingOf } from "lib/pulumi/tags.ts";
import { variablesOf } from "lib/vault/variables.ts";

/** As large as Pulumi's own: 400 MiB. */
const CHANNEL = { "grpc.max_receive_message_length": 400 * 1024 * 1024 };

function say(message: HostMessage): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${JSON.stringify(message)}\n`));
}

/** The program as the engine runs it: its configuration comes decrypted from the CLI. */
function programOf(
  request: HostRequest,
  run: Omit<StackRun, "config">,
  lines: AsyncIterator<string>,
): () => Promise<unknown> {
  return async () => {
    try {
      if (request.asks && !pulumi.runtime.isDryRun()) await ask(lines);
      const read = await readStackFile(request.root, request.folder, run.info);
      const opened = request.simulate
        ? await withMadeUpSecrets(read, run.project.config)
        : withDecrypted(read, run.project.name, pulumi.runtime.allConfig());
      const config = withOverrides(opened, request.overrides);
      const { tags, labels } = tagsOf({ ...run, config });
      pulumi.runtime.registerResourceTransform(({ type, props, opts }) => {
        const tagging = taggingOf(type, tags, labels);
        if (tagging === undefined) return undefined;
        const given = pulumi.output(props[tagging.key]);
        return { props: { ...props, [tagging.key]: given.apply(tagging.merge) }, opts };
      });
      return await runProgram({ ...run, config });
    } catch (error) {
      if (error instanceof Deferred) say({ kind: "deferred", reason: error.message });
      else if (error instanceof Problem) {
        const problems = error instanceof Problems ? [...error.messages] : [error.message];
        say({ kind: "failed", problems });
      }
      throw error;
    } finally {
      // A program that makes no resource ends before the transform is registered: that would fail when
      // the CLI is gone, and go on forever where it comes back for the update after the preview.
      await pulumi.runtime.awaitStackRegistrations();
    }
  };
}

/** Asks whether to go on, now that the lock is held. */
async function ask(lines: AsyncIterator<string>): Promise<void> {
  say({ kind: "locked" });
  const { value, done } = await lines.next();
  const { problems } = done
    ? { problems: ["Nobody answers"] }
    : HostAnswer.parse(JSON.parse(value));
  if (problems.length > 0) throw new Problems(problems);
}

function listen(server: grpc.Server): Promise<number> {
  return new Promise((resolve, reject) =>
    server.bindAsync(
      "127.0.0.1:0",
      grpc.ServerCredentials.createInsecure(),
      (error, port) => error ? reject(error) : resolve(port),
    )
  );
}

async function serve(request: HostRequest, lines: AsyncIterator<string>): Promise<void> {
  const found = await loadProject(request.root, request.folder);
  if (found === undefined) throw new Problem(`${request.folder} has no project.ts`);
  const { project } = found;
  const info = parseStack(project.name, request.stack);
  const run = {
    project,
    info,
    unknown: new Set(request.unknown),
    ...(request.simulate ? {} : { keys: variablesOf(processEnv, info.environmentSuffix) }),
  };
  const server = new grpc.Server(CHANNEL);
  // deno-lint-ignore no-explicit-any
  const internal = { ...languages, ...automation } as any;
  server.addService(
    internal.LanguageRuntimeService,
    new internal.LanguageServer(programOf(request, run, lines)),
  );
  if (request.simulate) {
    const note = (text: string) => say({ kind: "note", text });
    const { servers = {} } = request;
    serveSimulatedProviders(server, await openRehearsals(servers, processEnv, note));
  }
  say({ kind: "listening", port: await listen(server) });
}

if (import.meta.main) {
  Error.stackTraceLimit = 0;
  dropDebugging();
  const stdin = createInterface({ input: process.stdin });
  stdin.on("close", () => Deno.exit(0));
  const lines = stdin[Symbol.asyncIterator]();
  try {
    const { value } = await lines.next();
    await serve(HostRequest.parse(JSON.parse(value!)), lines);
  } catch (error) {
    say({ kind: "failed", problems: [messageOf(error)] });
    Deno.exit(1);
  }
}
