import * as aws from "@pulumi/aws";
import { defineProgram } from "lib/pulumi/project.ts";
import type project from "./project.ts";

const HOUR = 3600;
const DAY = 24 * HOUR;

export default defineProgram<typeof project>(({ config, info, needs }) => {
  const { domain, internalDomain } = config;
  // A new zone has new name servers, which the domain above does not know.
  const zone = new aws.route53.Zone(domain, { name: domain, comment: `Public, ${info.name}` }, {
    protect: info.environment === "Production",
  });
  new aws.route53.Record(`${domain}-caa`, {
    zoneId: zone.zoneId,
    name: domain,
    type: "CAA",
    ttl: DAY,
    records: config.certificateAuthorities.flatMap((authority) => [
      `0 issue "${authority}"`,
      `0 issuewild "${authority}"`,
    ]),
  });
  for (const [label, servers] of Object.entries(config.delegations)) {
    new aws.route53.Record(`${domain}-${label}`, {
      zoneId: zone.zoneId,
      name: `${label}.${domain}`,
      type: "NS",
      ttl: HOUR,
      records: servers,
    });
  }

  const { network } = needs;
  const internal = new aws.route53.Zone(internalDomain, {
    name: internalDomain,
    comment: `Seen by the networks of ${info.name} alone`,
    vpcs: [
      { vpcId: network.vpcId },
      { vpcId: network.data.vpcId },
      { vpcId: network.operations.vpcId },
    ],
  });
  return {
    zoneId: zone.zoneId,
    domain,
    nameServers: zone.nameServers,
    internalZoneId: internal.zoneId,
    internalDomain,
  };
});
