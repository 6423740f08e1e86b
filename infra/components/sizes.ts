import type { z } from "zod";
import type { GroupSize as Size } from "infra/components/auto_scaling_settings.ts";
import type { Environment } from "lib/schema/environment.ts";

/** How many machines, and of which types. */
type GroupSize = Readonly<z.infer<typeof Size>>;

/** How large an environment's parts are, unless a stack's configuration says otherwise. */
export interface Sizes {
  /** Of databases. */
  readonly database: {
    readonly instanceClass: string;
    /** GB at first, and at most. */
    readonly storageGb: number;
    readonly maxStorageGb: number;
    /** Whether another zone holds a copy that takes over. */
    readonly multiAz: boolean;
    /** Days that daily copies are kept. */
    readonly backupDays: number;
  };
  /** Of caches. */
  readonly cache: {
    readonly nodeType: string;
    readonly replicas: number;
    readonly snapshotDays: number;
  };
  /** Of the machines that run learners' code. */
  readonly codejail: GroupSize;
  /** Of Consul's servers; how many there are is the stack's to say. */
  readonly consul: Pick<GroupSize, "instanceTypes">;
  /** Of Concourse: who answers, and who works. */
  readonly concourse: { readonly web: GroupSize; readonly workers: GroupSize };
  /** Of Vault's servers; how many there are is the stack's to say. */
  readonly vault: Pick<GroupSize, "instanceTypes">;
}

/** Sizes by environment: the one table. */
export const SIZES: Readonly<Record<Environment, Sizes>> = {
  CI: {
    database: {
      instanceClass: "db.t4g.small",
      storageGb: 20,
      maxStorageGb: 50,
      multiAz: false,
      backupDays: 1,
    },
    cache: { nodeType: "cache.t4g.micro", replicas: 0, snapshotDays: 0 },
    codejail: { instanceTypes: ["t3a.medium"], min: 1, max: 1 },
    consul: { instanceTypes: ["t3a.small"] },
    concourse: {
      web: { instanceTypes: ["t3a.medium"], min: 1, max: 1 },
      workers: { instanceTypes: ["m7a.large"], min: 1, max: 2 },
    },
    vault: { instanceTypes: ["t3a.medium"] },
  },
  QA: {
    database: {
      instanceClass: "db.t4g.medium",
      storageGb: 50,
      maxStorageGb: 200,
      multiAz: false,
      backupDays: 7,
    },
    cache: { nodeType: "cache.t4g.small", replicas: 0, snapshotDays: 1 },
    codejail: { instanceTypes: ["t3a.large"], min: 1, max: 2 },
    consul: { instanceTypes: ["t3a.medium"] },
    concourse: {
      web: { instanceTypes: ["t3a.large"], min: 1, max: 2 },
      workers: { instanceTypes: ["m7a.xlarge"], min: 1, max: 3 },
    },
    vault: { instanceTypes: ["t3a.medium"] },
  },
  Production: {
    database: {
      instanceClass: "db.m7g.large",
      storageGb: 100,
      maxStorageGb: 1000,
      multiAz: true,
      backupDays: 30,
    },
    cache: { nodeType: "cache.m7g.large", replicas: 1, snapshotDays: 7 },
    codejail: { instanceTypes: ["m7a.large", "m6a.large"], min: 2, max: 6 },
    consul: { instanceTypes: ["m7a.large"] },
    concourse: {
      web: { instanceTypes: ["m7a.large"], min: 2, max: 4 },
      workers: { instanceTypes: ["m7a.2xlarge", "m6a.2xlarge"], min: 3, max: 10 },
    },
    vault: { instanceTypes: ["m7a.large"] },
  },
};
