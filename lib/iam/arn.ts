/** An ARN's parts as written, wildcards and variables included; `resource` keeps its colons. */
export interface Arn {
  readonly prefix: string;
  readonly partition: string;
  readonly service: string;
  readonly region: string;
  readonly account: string;
  readonly resource: string;
}

/** Splits at the first five colons that stand outside `${…}`; `undefined` when there are fewer. */
export function splitArn(text: string): Arn | undefined {
  const parts: string[] = [];
  let from = 0;
  let inVariable = false;
  for (let at = 0; at < text.length && parts.length < 5; at++) {
    const char = text[at];
    if (char === "$" && text[at + 1] === "{" && text.includes("}", at)) inVariable = true;
    else if (char === "}") inVariable = false;
    else if (char === ":" && !inVariable) {
      parts.push(text.slice(from, at));
      from = at + 1;
    }
  }
  if (parts.length < 5) return undefined;
  const [prefix, partition, service, region, account] = parts;
  return { prefix, partition, service, region, account, resource: text.slice(from) };
}

/** AWS's partitions. */
export const PARTITIONS: readonly string[] = [
  "aws",
  "aws-cn",
  "aws-us-gov",
  "aws-iso",
  "aws-iso-b",
  "aws-iso-e",
  "aws-iso-f",
  "aws-eusc",
];

/** AWS's regions, from botocore's partition table of 2026. */
export const REGIONS: ReadonlySet<string> = new Set([
  ..."af-south-1 ap-east-1 ap-east-2 ap-northeast-1 ap-northeast-2 ap-northeast-3 ap-south-1 ap-south-2"
    .split(" "),
  ..."ap-southeast-1 ap-southeast-2 ap-southeast-3 ap-southeast-4 ap-southeast-5 ap-southeast-6 ap-southeast-7"
    .split(" "),
  ..."ca-central-1 ca-west-1 eu-central-1 eu-central-2 eu-north-1 eu-south-1 eu-south-2".split(" "),
  ..."eu-west-1 eu-west-2 eu-west-3 il-central-1 me-central-1 me-south-1 mx-central-1 sa-east-1"
    .split(" "),
  ..."us-east-1 us-east-2 us-west-1 us-west-2 cn-north-1 cn-northwest-1 us-gov-east-1 us-gov-west-1"
    .split(" "),
  ..."us-iso-east-1 us-iso-west-1 us-isob-east-1 us-isob-west-1 eu-isoe-west-1 us-isof-east-1 us-isof-south-1"
    .split(" "),
  "eusc-de-east-1",
]);

/** A region's shape: what a region that is newer than {@linkcode REGIONS} looks like too. */
export const REGION_SHAPE = /^[a-z]{2,4}(-[a-z]+)?-[a-z]+-\d{1,2}$/;

/** Replaces each `${…}` of an ARN format or a policy by `*`. */
export const variablesAsStars = (text: string): string => text.replace(/\$\{[^{}]*\}/g, "*");
