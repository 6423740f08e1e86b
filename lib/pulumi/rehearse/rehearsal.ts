import { z } from "zod";
import type { Properties } from "lib/pulumi/simulate/wire.ts";

/** Real servers on which a sandbox does part of its work. */
export const RehearsalServers = z.strictObject({
  /** Where Vault work is done: mounts, policies, key-value secrets, roles, certificates. */
  vault: z.strictObject({ address: z.string(), namespace: z.string().optional() }).optional(),
  /** Where every Kubernetes object is sent: validated, or with `apply` stored. */
  kubernetes: z.strictObject({ kubeconfig: z.string(), apply: z.boolean() }).optional(),
});
/** Real servers on which a sandbox does part of its work. */
export type RehearsalServers = z.infer<typeof RehearsalServers>;

/** A resource that a simulated provider was asked to make. */
export interface RehearsedResource {
  /** `vault:index/mount:Mount`. */
  readonly type: string;
  /** Its name in the program. */
  readonly name: string;
  /** Plain inputs: secrets are opened. */
  readonly inputs: Properties;
  /** Plain outputs as simulated, or as they are in the state. */
  readonly outputs: Properties;
}

/** Does the work of some types of resources on a real server. */
export interface Rehearsal {
  /** Whether what is written stays there; otherwise the server only judges it, at every run. */
  readonly keeps: boolean;
  /** Whether the type's work is done there. */
  takes(type: string): boolean;
  /**
   * Makes a resource, or changes it.
   *
   * @returns Computed outputs that the server gave
   * @throws {Problem} with the server's refusal
   */
  write(resource: RehearsedResource, change: "create" | "update"): Promise<Properties>;
  /** Takes a resource away; one that is gone is no error. */
  remove(resource: RehearsedResource): Promise<void>;
  /** Whether the resource is there. */
  exists(resource: RehearsedResource): Promise<boolean>;
}
