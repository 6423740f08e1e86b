import { messageOf, Problem } from "lib/schema/problem.ts";
import { type AuthMethod, readLogin } from "lib/vault/session.ts";

/** Who asks AWS, and where. */
export interface AwsAuthOptions {
  /** Default the name of the IAM principal. */
  readonly role?: string;
  /** Default `aws`. */
  readonly mount?: string;
  /** `X-Vault-AWS-IAM-Server-ID`, where the mount asks for one. */
  readonly serverId?: string;
  /** Whose STS is asked; default `us-east-1`. */
  readonly region?: string;
  /** Another STS than the region's: `https://sts.example.com/`. */
  readonly endpoint?: string;
  /** The profile of AWS's configuration; default as AWS's own tools choose. */
  readonly profile?: string;
  /** Gets the keys; default as AWS's own tools do: environment, profile, web identity, the machine's role. */
  readonly credentials?: () => Promise<AwsCredentials>;
}

/** An access key. */
export interface AwsCredentials {
  readonly accessKeyId: string;
  /** Secret. */
  readonly secretAccessKey: string;
  /** Secret. */
  readonly sessionToken?: string;
}

const BODY = "Action=GetCallerIdentity&Version=2011-06-15";

/**
 * AWS IAM: a signed `sts:GetCallerIdentity`, which Vault sends on to learn who signed it. The keys themselves
 * never leave the process.
 *
 * @throws {Problem} at login where there are no keys
 * @see https://developer.hashicorp.com/vault/api-docs/auth/aws#login
 */
export function awsAuth(options: AwsAuthOptions = {}): AuthMethod {
  const { role, mount = "aws" } = options;
  const name = `AWS IAM at auth/${mount}`;
  return {
    name,
    issues: true,
    login: async (send) => {
      const request = await signIdentityRequest(options);
      const body = {
        ...(role === undefined ? {} : { role }),
        iam_http_request_method: "POST",
        iam_request_url: btoa(request.url),
        iam_request_body: btoa(BODY),
        iam_request_headers: btoa(JSON.stringify(request.headers)),
      };
      return readLogin(await send("POST", `auth/${mount}/login`, { body }), name);
    },
  };
}

/** Signs `sts:GetCallerIdentity` by Signature Version 4. */
export async function signIdentityRequest(
  {
    region = "us-east-1",
    endpoint,
    serverId,
    profile,
    credentials = () => awsCredentials(profile),
  }: AwsAuthOptions,
): Promise<{ url: string; headers: Record<string, string[]> }> {
  const { AwsV4Signer } = await import("aws4fetch");
  const url = endpoint ?? `https://sts.${region}.amazonaws.com/`;
  const { accessKeyId, secretAccessKey, sessionToken } = await credentials();
  const signer = new AwsV4Signer({
    url,
    method: "POST",
    headers: {
      "Content-Type": "application/x-www-form-urlencoded; charset=utf-8",
      ...(serverId === undefined ? {} : { "X-Vault-AWS-IAM-Server-ID": serverId }),
    },
    body: BODY,
    accessKeyId,
    secretAccessKey,
    sessionToken,
    service: "sts",
    region,
  });
  const { headers } = await signer.sign();
  return {
    url,
    headers: {
      Host: [new URL(url).host],
      ...Object.fromEntries([...headers].map(([key, value]) => [key, [value]])),
    },
  };
}

async function awsCredentials(profile?: string): Promise<AwsCredentials> {
  const { defaultProvider } = await import("@aws-sdk/credential-provider-node");
  try {
    return await defaultProvider(profile === undefined ? {} : { profile })();
  } catch (error) {
    throw new Problem(
      `There are no AWS credentials (${messageOf(error)}): set AWS_PROFILE or AWS_ACCESS_KEY_ID`,
      { cause: error },
    );
  }
}
