import { z } from "zod";

/** A label of a domain name, as Kubernetes wants most names. @see https://datatracker.ietf.org/doc/html/rfc1123 */
export const DnsLabel = z.string().max(63, "must have at most 63 characters").regex(
  /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/,
  "must be lower-case letters, digits and dashes, such as learn-web",
);
