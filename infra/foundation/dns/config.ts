import { z } from "zod";
import { AWSBase } from "lib/pulumi/aws_base.ts";

const Domain = z.string().max(253).regex(
  /^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$/,
  "must be a domain in lower case such as example.edu",
);

/** `Pulumi.<stack>.yaml` of the zones. */
export const DnsConfig = AWSBase.extend({
  /** What the world asks for: `qa.odl.mit.edu`; no two zones can answer for one domain. */
  domain: Domain,
  /** What only the environment's networks ask for: `internal.qa.odl.mit.edu`. */
  internalDomain: Domain,
  /** Authorities that may issue certificates below the domain; wildcards included. */
  certificateAuthorities: z.array(Domain).min(1, "name at least one, or nothing can be certified")
    .default(["amazon.com", "letsencrypt.org"]),
  /**
   * Domains below that another zone answers for, such as that of another environment: the label, and at least
   * two of its name servers, which are that zone's output.
   */
  delegations: z.record(
    z.string().regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, "must be one label such as ci"),
    z.array(Domain).min(2, "name at least two servers"),
  ).default({}),
}).refine(({ domain, internalDomain }) => domain !== internalDomain, {
  message: "must differ from domain: inside, it would hide every public name",
  path: ["internalDomain"],
});

/** What others may read of the zones. */
export const DnsOutputs = z.strictObject({
  /** The public zone. */
  zoneId: z.string(),
  /** Its domain. */
  domain: z.string(),
  /** Who answers for it: what the domain above delegates to. */
  nameServers: z.array(z.string()).min(2),
  /** The zone that the environment's networks see. */
  internalZoneId: z.string(),
  /** Its domain. */
  internalDomain: z.string(),
});
