/**
 * Trust policies of roles: who may assume them, without the gaps that are usual.
 *
 * @module
 */
import { type Conditions, policyDocument, type PolicyDocumentObject } from "lib/iam/build.ts";
import { Problem } from "lib/schema/problem.ts";

/** On whose behalf a service may assume the role. */
export interface ServiceTrustOptions {
  /** Account of the resource that the service acts for. */
  readonly sourceAccount?: string;
  /** ARN of that resource; wildcards allowed. */
  readonly sourceArn?: string;
}

/**
 * Lets AWS services assume the role.
 *
 * @param services `ec2.amazonaws.com`, or `ec2` for short
 */
function service(
  services: string | readonly string[],
  options: ServiceTrustOptions = {},
): PolicyDocumentObject {
  const names = [services].flat().map((name) =>
    /\.(amazonaws\.com(\.cn)?|aws\.internal)$/.test(name) ? name : `${name}.amazonaws.com`
  );
  const isPod = names.includes("pods.eks.amazonaws.com");
  return policyDocument({
    principals: { Service: names.length === 1 ? names[0] : names },
    actions: isPod ? ["sts:AssumeRole", "sts:TagSession"] : "sts:AssumeRole",
    ...some({
      ...options.sourceAccount
        ? { StringEquals: { "aws:SourceAccount": options.sourceAccount } }
        : {},
      ...options.sourceArn ? { ArnLike: { "aws:SourceArn": options.sourceArn } } : {},
    }),
  });
}

const some = (conditions: Conditions) => Object.keys(conditions).length > 0 ? { conditions } : {};

const hasWildcard = (text: string) => /[*?]/.test(text);

/** The host and path of a provider, from its ARN or issuer URL. */
function issuerOf(provider: string): string {
  const issuer = provider.replace(/^arn:[^/]*:oidc-provider\//, "").replace(/^https:\/\//, "");
  if (issuer === "" || /[\s*:]/.test(issuer)) {
    throw new Problem(
      `"${provider}" is no ARN of an OIDC provider: expected arn:aws:iam::ACCOUNT:oidc-provider/HOST`,
    );
  }
  return issuer;
}

function oidcArn(provider: string): string {
  if (/^arn:aws[a-z-]*:iam::\d{12}:oidc-provider\/.+/.test(provider)) return provider;
  throw new Problem(
    `"${provider}" is no ARN of an OIDC provider: expected arn:aws:iam::ACCOUNT:oidc-provider/HOST`,
  );
}

/** Which service accounts of a cluster may assume the role. */
export interface IrsaOptions {
  /** ARN of the cluster's OIDC provider. */
  readonly provider: string;
  readonly namespace: string;
  /** Name; `*` for all of the namespace. */
  readonly serviceAccount: string;
  /** Default `sts.amazonaws.com`. */
  readonly audience?: string;
}

/**
 * Lets Kubernetes service accounts assume the role (IAM roles for service accounts).
 *
 * @throws {Problem} for a provider that is no ARN, or a namespace with a wildcard
 */
function irsa(options: IrsaOptions): PolicyDocumentObject {
  const provider = oidcArn(options.provider);
  const issuer = issuerOf(provider);
  if (options.namespace === "" || hasWildcard(options.namespace)) {
    throw new Problem(
      `Namespace "${options.namespace}" has to be named: any namespace would be trusted`,
    );
  }
  const subject = `system:serviceaccount:${options.namespace}:${options.serviceAccount}`;
  const audience = { [`${issuer}:aud`]: options.audience ?? "sts.amazonaws.com" };
  const sub = { [`${issuer}:sub`]: subject };
  return policyDocument({
    principals: { Federated: provider },
    actions: "sts:AssumeRoleWithWebIdentity",
    conditions: hasWildcard(options.serviceAccount)
      ? { StringEquals: audience, StringLike: sub }
      : { StringEquals: { ...audience, ...sub } },
  });
}

/** Which workflows of a GitHub repository may assume the role. */
export interface GithubOidcOptions {
  /** ARN of the provider of token.actions.githubusercontent.com. */
  readonly provider: string;
  /** `owner/name`. */
  readonly repository: string;
  /** Only this branch. */
  readonly branch?: string;
  /** Only jobs of this deployment environment. */
  readonly environment?: string;
}

/**
 * Lets GitHub Actions of one repository assume the role; of all its branches unless one is named.
 *
 * @throws {Problem} for a repository that is not `owner/name`, or both a branch and an environment
 */
function githubOidc(options: GithubOidcOptions): PolicyDocumentObject {
  const { repository, branch, environment } = options;
  const provider = oidcArn(options.provider);
  if (!/^[A-Za-z0-9_.-]+\/[A-Za-z0-9_.-]+$/.test(repository)) {
    throw new Problem(`"${repository}" is no repository: expected owner/name, without wildcards`);
  }
  if (branch !== undefined && environment !== undefined) {
    throw new Problem(
      `A job of an environment has no branch in its subject: give branch or environment for ${repository}`,
    );
  }
  const issuer = issuerOf(provider);
  const subject = environment !== undefined
    ? `repo:${repository}:environment:${environment}`
    : `repo:${repository}:${branch === undefined ? "*" : `ref:refs/heads/${branch}`}`;
  const sub = { [`${issuer}:sub`]: subject };
  const audience = { [`${issuer}:aud`]: "sts.amazonaws.com" };
  return policyDocument({
    principals: { Federated: provider },
    actions: "sts:AssumeRoleWithWebIdentity",
    conditions: hasWildcard(subject)
      ? { StringEquals: audience, StringLike: sub }
      : { StringEquals: { ...audience, ...sub } },
  });
}

/** What else another account has to bring. */
export interface AccountTrustOptions {
  /** The secret that a third party passes, against confused deputies. */
  readonly externalId?: string;
  /** Whether its users need MFA; default false. */
  readonly mfa?: boolean;
  /** Only these roles of it, by name; wildcards allowed. */
  readonly roles?: readonly string[];
}

/**
 * Lets another account decide which of its principals assume the role.
 *
 * @param id Twelve digits
 * @throws {Problem} for anything else
 */
function account(id: string, options: AccountTrustOptions = {}): PolicyDocumentObject {
  if (!/^\d{12}$/.test(id)) throw new Problem(`"${id}" is no account: expected twelve digits`);
  return policyDocument({
    principals: { AWS: `arn:aws:iam::${id}:root` },
    actions: "sts:AssumeRole",
    ...some({
      ...options.externalId ? { StringEquals: { "sts:ExternalId": options.externalId } } : {},
      ...options.mfa ? { Bool: { "aws:MultiFactorAuthPresent": "true" } } : {},
      ...options.roles
        ? {
          ArnLike: {
            "aws:PrincipalArn": options.roles.map((name) => `arn:aws:iam::${id}:role/${name}`),
          },
        }
        : {},
    }),
  });
}

/** Trust policies for the four usual kinds of principals. */
export const trustPolicy: {
  readonly service: typeof service;
  readonly irsa: typeof irsa;
  readonly githubOidc: typeof githubOidc;
  readonly account: typeof account;
} = { service, irsa, githubOidc, account };
