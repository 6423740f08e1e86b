import resource from "@pulumi/pulumi/proto/resource_pb.js";
import struct from "google-protobuf/google/protobuf/struct_pb.js";
import { Problem } from "lib/schema/problem.ts";
import { simulateInvoke } from "lib/pulumi/simulate/functions.ts";
import { simulateCreate } from "lib/pulumi/simulate/outputs.ts";
import {
  asSecret,
  containsSecret,
  containsUnknown,
  type Properties,
} from "lib/pulumi/simulate/wire.ts";
import { taggingOf, type Tags } from "lib/pulumi/tags.ts";

/** A resource that a program made, as the engine would have been told of it. */
export interface EvaluatedResource {
  readonly urn: string;
  /** `aws:ec2/vpc:Vpc`. */
  readonly type: string;
  readonly name: string;
  /** The parent's URN; absent for the stack itself. */
  readonly parent?: string;
  /** False for a component. */
  readonly custom: boolean;
  readonly id?: string;
  /** Wire values, secrets and unknowns marked; tags included. */
  readonly inputs: Properties;
  readonly outputs: Properties;
  /** URNs of what it depends on. */
  readonly dependencies: readonly string[];
  readonly protect: boolean;
}

/** What the monitor needs to know of the stack. */
export interface MonitorOptions {
  readonly project: string;
  readonly stack: string;
  readonly tags: Tags;
  readonly labels: Tags;
  /** Full names of the stacks that the manifest declares. */
  readonly declared: ReadonlySet<string>;
  /** Outputs (wire values) of upstream stacks by full name. */
  readonly upstream: ReadonlyMap<string, Properties>;
}

/** Output values stay off, so that inputs arrive plain. */
const FEATURES = ([
  "SECRETS",
  "RESOURCE_REFERENCES",
  "ALIAS_SPECS",
  "REPLACEMENT_TRIGGER",
  "DELETED_WITH",
  "REPLACE_WITH",
  "TRANSFORMS",
  "INVOKE_TRANSFORMS",
  "PARAMETERIZATION",
  "RESOURCE_HOOKS",
  "ERROR_HOOKS",
] as const).map((name) => resource.ResourceMonitorFeature[`RESOURCE_MONITOR_FEATURE_${name}`]);

// deno-lint-ignore no-explicit-any
type Message = any;
type Reply = (error: unknown, response?: unknown) => void;

/**
 * Pulumi's resource monitor, in process: answers registrations from the table of simulated outputs and
 * remembers each.
 *
 * @see https://github.com/pulumi/pulumi/blob/master/proto/pulumi/resource.proto
 */
export class OfflineMonitor {
  /** In order of registration. */
  readonly resources: EvaluatedResource[] = [];
  /** The stack's outputs, when it registered them. */
  outputs: Properties = {};
  readonly #options: MonitorOptions;
  readonly #types = new Map<string, string>();

  constructor(options: MonitorOptions) {
    this.#options = options;
  }

  registerResource(request: Message, reply: Reply): void {
    this.#answer(reply, () => {
      const type: string = request.getType();
      const name: string = request.getName();
      const urn = this.#urn(request.getParent(), type, name);
      if (this.#types.has(urn)) {
        throw new Problem(`Two resources of type ${type} are named "${name}": names must differ`);
      }
      this.#types.set(urn, type);
      const inputs = this.#tagged(type, request.getObject()?.toJavaScript() ?? {});
      const made = request.getCustom()
        ? simulateCreate(type, name, urn, inputs)
        : { id: undefined, outputs: inputs };
      const secrets: string[] = request.getAdditionalsecretoutputsList();
      const outputs = Object.fromEntries(
        Object.entries(made.outputs).map(([key, value]) => [
          key,
          secrets.includes(key) ? asSecret(value) : value,
        ]),
      );
      this.resources.push({
        urn,
        type,
        name,
        ...(request.getParent() ? { parent: request.getParent() } : {}),
        custom: request.getCustom(),
        ...(made.id === undefined ? {} : { id: made.id }),
        inputs,
        outputs,
        dependencies: request.getDependenciesList(),
        protect: request.getProtect() ?? false,
      });
      const response = new resource.RegisterResourceResponse();
      response.setUrn(urn);
      response.setId(made.id ?? "");
      response.setObject(struct.Struct.fromJavaScript(outputs as Message));
      return response;
    });
  }

  readResource(request: Message, reply: Reply): void {
    this.#answer(reply, () => {
      const type: string = request.getType();
      const urn = this.#urn(request.getParent(), type, request.getName());
      const inputs: Properties = request.getProperties()?.toJavaScript() ?? {};
      const outputs = type === "pulumi:pulumi:StackReference"
        ? this.#reference(request.getId())
        : simulateCreate(type, request.getName(), urn, inputs).outputs;
      this.resources.push({
        urn,
        type,
        name: request.getName(),
        ...(request.getParent() ? { parent: request.getParent() } : {}),
        custom: true,
        id: request.getId(),
        inputs,
        outputs,
        dependencies: request.getDependenciesList(),
        protect: false,
      });
      const response = new resource.ReadResourceResponse();
      response.setUrn(urn);
      response.setProperties(struct.Struct.fromJavaScript(outputs as Message));
      return response;
    });
  }

  registerResourceOutputs(request: Message, reply: Reply): void {
    this.#answer(reply, () => {
      if (this.#types.get(request.getUrn()) === "pulumi:pulumi:Stack") {
        this.outputs = request.getOutputs()?.toJavaScript() ?? {};
      }
      return {};
    });
  }

  invoke(request: Message, reply: Reply): void {
    this.#answer(reply, () => {
      const args: Properties = request.getArgs()?.toJavaScript() ?? {};
      const response = new resource.ResourceInvokeResponse();
      const result = containsUnknown(args) ? {} : simulateInvoke(request.getTok(), args);
      response.setReturn(struct.Struct.fromJavaScript(result as Message));
      return response;
    });
  }

  call(request: Message, reply: Reply): void {
    reply(new Problem(`Method ${request.getTok()} of a remote component cannot be called offline`));
  }

  registerPackage(_request: Message, reply: Reply): void {
    const response = new resource.RegisterPackageResponse();
    response.setRef("simulated");
    reply(null, response);
  }

  getDeploymentInfo(_request: Message, reply: Reply): void {
    const response = new resource.DeploymentInfo();
    response.setSupportedfeaturesList(FEATURES);
    reply(null, response);
  }

  signalAndWaitForShutdown(_request: Message, reply: Reply): void {
    reply(null, {});
  }

  close(): void {}

  #answer(reply: Reply, work: () => unknown): void {
    let response: unknown;
    try {
      response = work();
    } catch (error) {
      reply(error);
      return;
    }
    reply(null, response);
  }

  #reference(fullName: string): Properties {
    if (!this.#options.declared.has(fullName)) {
      throw new Problem(
        `${this.#options.project}:${this.#options.stack} reads stack ${fullName}, which its manifest does not declare: add it to needs`,
      );
    }
    const outputs = this.#options.upstream.get(fullName) ?? {};
    const secretOutputNames = Object.keys(outputs).filter((key) => containsSecret(outputs[key]));
    return { name: fullName, outputs, secretOutputNames };
  }

  #tagged(type: string, inputs: Properties): Properties {
    const tagging = taggingOf(type, this.#options.tags, this.#options.labels);
    if (tagging === undefined || containsUnknown(inputs[tagging.key])) return inputs;
    return { ...inputs, [tagging.key]: tagging.merge(inputs[tagging.key]) };
  }

  #urn(parent: string, type: string, name: string): string {
    const parentType = parent ? parent.split("::")[2] : "";
    const qualified = parentType === "" || parentType === "pulumi:pulumi:Stack"
      ? type
      : `${parentType}$${type}`;
    return `urn:pulumi:${this.#options.stack}::${this.#options.project}::${qualified}::${name}`;
  }
}
