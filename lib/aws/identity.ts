/** Who AWS takes this process for. @module */
import { messageOf, Problem } from "lib/schema/problem.ts";

/** Who asks AWS, and where. */
export interface IdentityOptions {
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

/** What is asked of STS. */
export const IDENTITY_BODY = "Action=GetCallerIdentity&Version=2011-06-15";

/** Signs `sts:GetCallerIdentity` by Signature Version 4. */
export async function signIdentityRequest(
  {
    region = "us-east-1",
    endpoint,
    serverId,
    profile,
    credentials = () => awsCredentials(profile),
  }: IdentityOptions,
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
    body: IDENTITY_BODY,
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

/**
 * The account in which this process acts, of 12 digits.
 *
 * @throws {Problem} where there are no keys, STS cannot be reached, or it refuses them
 * @see https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
 */
export async function callerAccount(options: IdentityOptions): Promise<string> {
  const { url, headers } = await signIdentityRequest(options);
  const names = Object.entries(headers).filter(([name]) => name !== "Host");
  let response: Response;
  try {
    response = await fetch(url, {
      method: "POST",
      body: IDENTITY_BODY,
      headers: names.map(([name, [value]]) => [name, value]),
      signal: AbortSignal.timeout(30_000),
    });
  } catch (error) {
    throw new Problem(`${url} does not tell whose the AWS credentials are: ${messageOf(error)}`, {
      cause: error,
    });
  }
  const text = await response.text();
  const account = /<Account>(\d{12})<\/Account>/.exec(text)?.[1];
  if (account !== undefined) return account;
  const said = /<Message>([^<]*)<\/Message>/.exec(text)?.[1] ?? `HTTP ${response.status}`;
  throw new Problem(`${url} refuses the AWS credentials: ${said}`);
}
