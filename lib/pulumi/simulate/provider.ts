import * as grpc from "@grpc/grpc-js";
import empty from "google-protobuf/google/protobuf/empty_pb.js";
import struct from "google-protobuf/google/protobuf/struct_pb.js";
import plugin from "@pulumi/pulumi/proto/plugin_pb.js";
import services from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import messages from "@pulumi/pulumi/proto/provider_pb.js";
import type { Rehearsal, RehearsedResource } from "lib/pulumi/rehearse/rehearsal.ts";
import { resourceShape } from "lib/pulumi/resource_shape.ts";
import { simulateInvoke } from "lib/pulumi/simulate/functions.ts";
import { simulateCreate, simulateUpdate } from "lib/pulumi/simulate/outputs.ts";
import { IMPORTED, simulateDiff } from "lib/pulumi/simulate/replacements.ts";
import {
  containsUnknown,
  nameOfUrn,
  type Properties,
  typeOfUrn,
  UNKNOWN,
  unwrap,
} from "lib/pulumi/simulate/wire.ts";

// deno-lint-ignore no-explicit-any
type Message = any;
type Reply = (error: unknown, response?: unknown) => void;

/** A version above every requirement. */
const VERSION = "99.0.0";

const wire = (value: Message): Properties => value?.toJavaScript() ?? {};
const proto = (value: Properties) => struct.Struct.fromJavaScript(value as Message);

/** Each method of Pulumi's provider protocol that a simulated provider answers. */
const METHODS: Record<
  string,
  (request: Message, rehearsals: readonly Rehearsal[]) => unknown | Promise<unknown>
> = {
  handshake() {
    const response = new messages.ProviderHandshakeResponse();
    response.setAcceptSecrets(true);
    response.setAcceptResources(true);
    response.setAcceptOutputs(false);
    return response;
  },
  getPluginInfo() {
    const response = new plugin.PluginInfo();
    response.setVersion(VERSION);
    return response;
  },
  getSchema() {
    const response = new messages.GetSchemaResponse();
    response.setSchema(JSON.stringify({ name: "simulated", version: VERSION }));
    return response;
  },
  checkConfig: checked,
  check: checked,
  diffConfig() {
    const response = new messages.DiffResponse();
    response.setChanges(messages.DiffResponse.DiffChanges.DIFF_NONE);
    return response;
  },
  configure() {
    const response = new messages.ConfigureResponse();
    response.setAcceptsecrets(true);
    response.setAcceptresources(true);
    response.setAcceptoutputs(false);
    response.setSupportspreview(true);
    return response;
  },
  attach: () => new empty.Empty(),
  cancel: () => new empty.Empty(),
  async delete(request, rehearsals) {
    const resource = rehearsed(
      request,
      wire(request.getOldInputs()),
      wire(request.getProperties()),
    );
    await rehearsalOf(rehearsals, resource.type)?.remove(resource);
    return new empty.Empty();
  },
  diff(request, rehearsals) {
    const type = typeOfUrn(request.getUrn());
    const { changed, replaces } = simulateDiff(
      type,
      wire(request.getOldInputs()),
      wire(request.getNews()),
    );
    const { DIFF_NONE, DIFF_SOME } = messages.DiffResponse.DiffChanges;
    const response = new messages.DiffResponse();
    const isJudged = rehearsalOf(rehearsals, type)?.keeps === false;
    response.setChanges(changed.length === 0 && !isJudged ? DIFF_NONE : DIFF_SOME);
    response.setDiffsList([...changed]);
    response.setReplacesList([...replaces]);
    response.setDeletebeforereplace(false);
    return response;
  },
  async create(request, rehearsals) {
    const urn: string = request.getUrn();
    const type = typeOfUrn(urn);
    const inputs = wire(request.getProperties());
    const response = new messages.CreateResponse();
    if (request.getPreview()) {
      response.setProperties(proto(previewed(type, inputs)));
      return response;
    }
    const made = simulateCreate(type, nameOfUrn(urn), urn, inputs);
    const given = await rehearsalOf(rehearsals, type)
      ?.write(rehearsed(request, inputs, made.outputs), "create");
    response.setId(made.id);
    response.setProperties(proto({ ...made.outputs, ...given }));
    return response;
  },
  async update(request, rehearsals) {
    const inputs = wire(request.getNews());
    const outputs = simulateUpdate(
      wire(request.getOlds()),
      wire(request.getOldInputs()),
      inputs,
    );
    const given = request.getPreview()
      ? {}
      : await rehearsalOf(rehearsals, typeOfUrn(request.getUrn()))
        ?.write(rehearsed(request, inputs, outputs), "update");
    const response = new messages.UpdateResponse();
    response.setProperties(proto({ ...outputs, ...given }));
    return response;
  },
  async read(request, rehearsals) {
    const urn: string = request.getUrn();
    const held = wire(request.getProperties());
    const inputs = wire(request.getInputs());
    const response = new messages.ReadResponse();
    const rehearsal = rehearsalOf(rehearsals, typeOfUrn(urn));
    // Without an id the resource is gone.
    if (rehearsal && !await rehearsal.exists(rehearsed(request, inputs, held))) return response;
    response.setId(request.getId());
    // An import knows the id alone; a refresh brings the state along.
    const isImport = Object.keys(held).length === 0;
    const outputs = isImport
      ? simulateCreate(typeOfUrn(urn), nameOfUrn(urn), urn, inputs).outputs
      : held;
    response.setProperties(proto(outputs));
    response.setInputs(proto(isImport ? { ...inputs, [IMPORTED]: true } : inputs));
    return response;
  },
  invoke(request) {
    const args = wire(request.getArgs());
    const response = new messages.InvokeResponse();
    response.setReturn(proto(containsUnknown(args) ? {} : simulateInvoke(request.getTok(), args)));
    return response;
  },
};

/** The server on which a type's work is done, when there is one. */
function rehearsalOf(rehearsals: readonly Rehearsal[], type: string): Rehearsal | undefined {
  return rehearsals.find((rehearsal) => rehearsal.takes(type));
}

function rehearsed(request: Message, inputs: Properties, outputs: Properties): RehearsedResource {
  const urn: string = request.getUrn();
  return {
    type: typeOfUrn(urn),
    name: nameOfUrn(urn),
    inputs: unwrap(inputs) as Properties,
    outputs: unwrap(outputs) as Properties,
  };
}

function checked(request: Message): unknown {
  const response = new messages.CheckResponse();
  response.setInputs(request.getNews());
  return response;
}

/** What a creation will give, as far as a preview knows: the inputs, and computed outputs unknown. */
function previewed(type: string, inputs: Properties): Properties {
  const computed = [...resourceShape(type)?.outputs.keys() ?? []].filter((key) => !(key in inputs));
  return { ...inputs, ...Object.fromEntries(computed.map((key) => [key, UNKNOWN])) };
}

/**
 * Adds a provider to a server that answers for any package: whatever it is asked to make, it makes in
 * the imagination, but for what is rehearsed on a real server.
 *
 * @param rehearsals Asked in turn
 *
 * @see https://github.com/pulumi/pulumi/blob/master/proto/pulumi/provider.proto
 */
export function serveSimulatedProviders(
  server: grpc.Server,
  rehearsals: readonly Rehearsal[] = [],
): void {
  const service = (services as Message).ResourceProviderService as grpc.ServiceDefinition;
  const handlers = Object.keys(service).map((method) => [
    method,
    async (call: { request: Message }, reply: Reply) => {
      const answer = METHODS[method];
      if (!answer) {
        reply({ code: grpc.status.UNIMPLEMENTED, message: `${method} is not simulated` });
        return;
      }
      let response: unknown;
      try {
        response = await answer(call.request, rehearsals);
      } catch (error) {
        reply({ code: grpc.status.UNKNOWN, message: (error as Error).message });
        return;
      }
      reply(undefined, response);
    },
  ]);
  server.addService(service, Object.fromEntries(handlers));
}
