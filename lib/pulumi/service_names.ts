import { createHash } from "node:crypto";
import { Problem } from "lib/schema/problem.ts";

/** What a service allows in a name. */
interface Rule {
  readonly minLength?: number;
  readonly maxLength: number;
  /** The characters of a name, as a class of a regular expression. */
  readonly alphabet: string;
  readonly isLowerCase?: boolean;
  readonly startsWithLetter?: boolean;
  /** What is right for names of this kind, as a whole. */
  readonly shape: RegExp;
}

const DASHED = /^[A-Za-z0-9]+(-[A-Za-z0-9]+)*$/;
const WORDS = "A-Za-z0-9-";

/** Each service's rule, with where it is written. */
const RULES = {
  /** @see https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateLoadBalancer.html */
  loadBalancer: { maxLength: 32, alphabet: WORDS, shape: /^(?!internal-)[A-Za-z0-9-]+$/ },
  /** @see https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateTargetGroup.html */
  targetGroup: { maxLength: 32, alphabet: WORDS, shape: DASHED },
  /** @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html */
  bucket: {
    minLength: 3,
    maxLength: 63,
    alphabet: "a-z0-9-",
    isLowerCase: true,
    shape: /^(?!xn--|sthree-)(?!.*-s3alias$)[a-z0-9-]+$/,
  },
  /** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
  role: { maxLength: 64, alphabet: "\\w+=,.@-", shape: /^[\w+=,.@-]+$/ },
  /** @see https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBInstance.html */
  database: {
    maxLength: 63,
    alphabet: WORDS,
    isLowerCase: true,
    startsWithLetter: true,
    shape: DASHED,
  },
  /** @see https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_CreateReplicationGroup.html */
  cache: {
    maxLength: 40,
    alphabet: WORDS,
    isLowerCase: true,
    startsWithLetter: true,
    shape: DASHED,
  },
  /** @see https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_CreateAutoScalingGroup.html */
  autoScalingGroup: { maxLength: 255, alphabet: WORDS, shape: /^[A-Za-z0-9-]+$/ },
  /** @see https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateLaunchTemplate.html */
  launchTemplate: {
    minLength: 3,
    maxLength: 128,
    alphabet: "A-Za-z0-9()./_-",
    shape: /^[A-Za-z0-9()./_-]+$/,
  },
  /** @see https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateAlias.html */
  keyAlias: { maxLength: 250, alphabet: "A-Za-z0-9/_-", shape: /^(?!aws\/)[A-Za-z0-9/_-]+$/ },
  /** @see https://datatracker.ietf.org/doc/html/rfc1123 */
  dnsLabel: { maxLength: 63, alphabet: "a-z0-9-", isLowerCase: true, shape: /^[a-z0-9-]+$/ },
} satisfies Record<string, Rule>;

/** A kind of name. */
export type NamedService = keyof typeof RULES;

/** Every kind of name. */
export const NAMED_SERVICES = Object.keys(RULES) as NamedService[];

/** Hexadecimal digits of the hash that stands for what was cut or replaced. */
const HASH_LENGTH = 8;

/**
 * A name that a service takes, for any text: the text itself where the service takes that.
 *
 * What the service does not allow becomes a dash. A text that had to be changed or cut ends with eight digits
 * of its SHA-256, so that two texts never become one name; the same text always becomes the same name.
 *
 * @param service Whose limits hold
 * @param text What the name says: `learn-production-web`
 * @param room Characters left free for what is put behind it; Pulumi's own names need 8. Default 0
 * @throws {Problem} for a text without a letter or digit, or room that leaves no place for a name
 */
export function serviceName(service: NamedService, text: string, room = 0): string {
  const rule: Rule = RULES[service];
  const longest = rule.maxLength - room;
  if (!/[A-Za-z0-9]/.test(text) || longest < HASH_LENGTH + 2) {
    throw new Problem(`"${text}" cannot be made a name of a ${service}: use letters and digits`);
  }
  if (fits(rule, text, longest)) return text;
  const cased = rule.isLowerCase ? text.toLowerCase() : text;
  const dashed = cased.replace(new RegExp(`[^${rule.alphabet}]+`, "g"), "-").replace(/-{2,}/g, "-");
  const stem = dashed.replace(/^(-|internal-|aws\/|xn-|sthree-)+/, "");
  const started = rule.startsWithLetter && !/^[A-Za-z]/.test(stem) ? `n${stem}` : stem;
  const hash = createHash("sha256").update(text).digest("hex").slice(0, HASH_LENGTH);
  const cut = started.slice(0, longest - HASH_LENGTH - 1).replace(/[^A-Za-z0-9]+$/, "");
  return cut === "" ? `n${hash}` : `${cut}-${hash}`;
}

function fits(rule: Rule, text: string, longest: number): boolean {
  return text.length <= longest && text.length >= (rule.minLength ?? 1) &&
    rule.shape.test(text) && /^[A-Za-z0-9].*[A-Za-z0-9]$|^[A-Za-z0-9]$/.test(text) &&
    (!rule.isLowerCase || text === text.toLowerCase()) &&
    (!rule.startsWithLetter || /^[A-Za-z]/.test(text));
}
