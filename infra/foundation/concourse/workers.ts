import * as pulumi from "@pulumi/pulumi";
import {
  AutoScalingGroup,
  type AutoScalingGroupArgs,
} from "infra/components/auto_scaling_group.ts";
import { BootFiles } from "infra/components/boot_files.ts";
import type { Region } from "lib/organization.ts";
import { bootOf, policyOf } from "./boot.ts";
import { environmentFile } from "./environment.ts";

/** Where workers register. */
export interface Tsa {
  /** `tsa.cicd.example.edu:2222` */
  readonly host: pulumi.Input<string>;
  /** By which its web nodes are known. */
  readonly hostPublicKey: pulumi.Input<string>;
}

/** What a group of workers is made from. */
export type WorkersArgs =
  & Pick<
    AutoScalingGroupArgs,
    "imageId" | "vpcId" | "subnetIds" | "instanceTypes" | "min" | "max" | "volumeGb"
  >
  & {
    readonly region: Region;
    readonly tsa: Tsa;
    /** By which web nodes know them; secret. */
    readonly workerKey: pulumi.Input<string>;
    /** Whether their builds deploy: with their role. */
    readonly deploys: boolean;
    /** They run only what asks for this tag. Default whatever asks for none. */
    readonly tag?: string;
    /** Days after which one is replaced. */
    readonly maxLifetimeDays: number;
  };

/** Makes workers: machines that register somewhere and run builds. */
export async function makeWorkers(name: string, args: WorkersArgs): Promise<AutoScalingGroup> {
  const { region, tsa, workerKey, deploys, tag, ...group } = args;
  const files = new BootFiles(name, {
    region,
    folder: "/etc/concourse",
    owner: "root:root",
    files: {
      worker_key: workerKey,
      "tsa_host_key.pub": tsa.hostPublicKey,
      "site.env": environmentFile({
        TSA_HOST: tsa.host,
        TSA_PUBLIC_KEY: "/etc/concourse/tsa_host_key.pub",
        TSA_WORKER_PRIVATE_KEY: "/etc/concourse/worker_key",
        ...(tag === undefined ? {} : { TAG: tag }),
        // A machine that is gone does not come back: nobody waits for it.
        EPHEMERAL: true,
      }),
    },
  });
  return new AutoScalingGroup(name, {
    ...group,
    ...(deploys ? { iamPolicy: await policyOf("worker"), containersUseRole: true } : {}),
    userData: await bootOf(files),
    targetCpuPercent: group.max > group.min ? 60 : undefined,
  });
}
