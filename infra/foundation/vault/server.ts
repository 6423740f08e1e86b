import * as pulumi from "@pulumi/pulumi";
import { bootFileScripts } from "infra/components/boot_files.ts";
import { type BootFile, firstBoot } from "infra/components/first_boot.ts";
import { readText } from "lib/schema/parse.ts";

/** Ports of a server. @see https://developer.hashicorp.com/vault/docs/configuration */
export const API_PORT = 8200;
/** Where servers speak to each other. */
export const CLUSTER_PORT = 8201;

/** What a server has to be told. */
export interface ServerSettings {
  /** Where it is. */
  readonly region: string;
  /** Where Vault answers, from outside. */
  readonly address: string;
  /** How the others are found. */
  readonly join: string;
  /** The name that the servers' certificate is for. */
  readonly tlsName: string;
  /** The key that unseals. */
  readonly unsealKey: string;
  /** The network of the load balancer, whose word on who asks is believed. */
  readonly balancerNetwork: string;
  /** Where snapshots go. */
  readonly snapshotBucket: string;
  /** The line that fetches the certificate. */
  readonly fetchFiles: string;
}

/**
 * The server's configuration: added to the image's own, in whose place come storage and addresses; the
 * image's listener stays, for the machine itself.
 */
function configuration(settings: ServerSettings): string {
  return JSON.stringify({
    api_addr: settings.address,
    cluster_addr: `https://{{ GetPrivateIP }}:${CLUSTER_PORT}`,
    listener: [{
      tcp: {
        address: `{{ GetPrivateIP }}:${API_PORT}`,
        cluster_address: `{{ GetPrivateIP }}:${CLUSTER_PORT}`,
        tls_cert_file: "/etc/vault/server.crt",
        tls_key_file: "/etc/vault/server.key",
        tls_min_version: "tls12",
        x_forwarded_for_authorized_addrs: settings.balancerNetwork,
        x_forwarded_for_reject_not_present: false,
      },
    }],
    seal: [{ awskms: { region: settings.region, kms_key_id: settings.unsealKey } }],
    storage: {
      raft: {
        path: "/var/lib/vault",
        retry_join: [{
          auto_join: `${settings.join} addr_type=private_v4`,
          auto_join_scheme: "https",
          leader_tls_servername: settings.tlsName,
          leader_ca_cert_file: "/etc/vault/authority.crt",
        }],
      },
    },
  });
}

const unit = (sections: Record<string, Record<string, string>>) =>
  Object.entries(sections).map(([section, keys]) =>
    `[${section}]\n${Object.entries(keys).map(([key, value]) => `${key}=${value}\n`).join("")}`
  ).join("\n");

async function snapshotFiles(settings: ServerSettings): Promise<BootFile[]> {
  const { region, snapshotBucket, address } = settings;
  const script = "/usr/local/sbin/vault-snapshot";
  return [
    {
      path: script,
      permissions: "0755",
      content: await readText(
        decodeURIComponent(new URL("./snapshot.sh", import.meta.url).pathname),
      ),
    },
    {
      path: "/etc/systemd/system/vault-snapshot.service",
      permissions: "0644",
      content: unit({
        Unit: {
          Description: "Put a snapshot of Vault's data into a bucket",
          After: "vault.service",
        },
        Service: {
          Type: "oneshot",
          ExecStart: `${script} ${region} ${snapshotBucket} ${new URL(address).hostname}`,
          PrivateTmp: "true",
        },
      }),
    },
    {
      path: "/etc/systemd/system/vault-snapshot.timer",
      permissions: "0644",
      content: unit({
        Unit: { Description: "Put a snapshot of Vault's data into a bucket every hour" },
        Timer: { OnCalendar: "hourly", RandomizedDelaySec: "300" },
        Install: { WantedBy: "timers.target" },
      }),
    },
  ];
}

/** A server's user data. */
export function serverBoot(
  settings: { readonly [K in keyof ServerSettings]: pulumi.Input<ServerSettings[K]> },
): pulumi.Output<string> {
  return pulumi.output(settings).apply(async (known) =>
    firstBoot({
      files: [
        ...await bootFileScripts(),
        ...await snapshotFiles(known),
        { path: "/etc/vault/10-site.json", owner: "root:vault", content: configuration(known) },
      ],
      script: [
        known.fetchFiles,
        "systemctl restart vault",
        "systemctl enable --now vault-snapshot.timer",
      ],
    })
  );
}
