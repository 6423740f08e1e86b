import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { INGRESS_CLASS } from "infra/components/apisix/route.ts";
import { Host, Timeouts } from "infra/components/apisix/settings.ts";
import { ApisixUpstream } from "infra/components/crds/apisix.ts";
import { customResource, Port } from "infra/components/crds/define.ts";
import { parseWith } from "lib/schema/parse.ts";

/** What an {@linkcode OLApisixUpstream} is made from, beside where it is. */
export const OLApisixUpstreamArgs = z.strictObject({
  /** Hosts outside the cluster that answer. */
  nodes: z.array(z.strictObject({
    host: Host,
    /** Default the scheme's. */
    port: Port.optional(),
    /** The share of requests, against the other nodes' weights. */
    weight: z.int().min(0).max(1000).default(100),
  })).min(1, "name at least one host"),
  /** How they are spoken to. */
  scheme: z.enum(["http", "https", "grpc", "grpcs"]).default("https"),
  /** The host that they are asked for: the request's, their own, or `host`. */
  passHost: z.enum(["pass", "node", "rewrite"]).default("node"),
  /** With `passHost: "rewrite"`. */
  host: Host.optional(),
  /** How often another node is tried. */
  retries: z.int().min(0).max(10).default(1),
  timeouts: Timeouts.prefault({}),
}).refine(({ passHost, host }) => (passHost === "rewrite") === (host !== undefined), {
  message: 'goes with passHost "rewrite", and that needs it',
  path: ["host"],
});
/** Arguments as they are given. */
export type OLApisixUpstreamArgs = z.input<typeof OLApisixUpstreamArgs> & {
  /** Where the routes are. */
  readonly namespace: pulumi.Input<string>;
};

/**
 * Hosts outside the cluster that answer requests, such as a bucket's website.
 *
 * Creates: an `ApisixUpstream`.
 */
export class OLApisixUpstream extends pulumi.ComponentResource {
  /** The name that routes give as `upstream`. */
  readonly upstreamName: string;

  /**
   * Makes the upstream.
   *
   * @param name The object's name
   * @param args See {@linkcode OLApisixUpstreamArgs}
   * @throws {Problems} for arguments that {@linkcode OLApisixUpstreamArgs} refuses
   */
  constructor(name: string, args: OLApisixUpstreamArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ol:kubernetes:ApisixUpstream", name, {}, opts);
    const { namespace, ...given } = args;
    const settings = parseWith(OLApisixUpstreamArgs, given, `OLApisixUpstream ${name}`);
    customResource(ApisixUpstream, name, {
      metadata: { name, namespace },
      spec: {
        ingressClassName: INGRESS_CLASS,
        scheme: settings.scheme,
        passHost: settings.passHost,
        ...(settings.host ? { upstreamHost: settings.host } : {}),
        retries: settings.retries,
        timeout: settings.timeouts,
        externalNodes: settings.nodes.map(({ host, port, weight }) => ({
          type: "Domain",
          name: host,
          weight,
          ...(port ? { port } : {}),
        })),
      },
    }, { parent: this });
    this.upstreamName = name;
    this.registerOutputs({ upstreamName: name });
  }
}
