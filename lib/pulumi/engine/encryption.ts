import { z } from "zod";

/**
 * How a stack's secrets are encrypted, in the words of its settings file.
 *
 * @see https://www.pulumi.com/docs/iac/concepts/projects/stack-settings-file/
 */
export const Encryption = z.object({
  secretsprovider: z.string().optional(),
  encryptedkey: z.string().optional(),
  encryptionsalt: z.string().optional(),
});
/** How a stack's secrets are encrypted. */
export type Encryption = z.infer<typeof Encryption>;

/**
 * What a state says of its encryption: `secrets_providers`.
 *
 * @see https://pkg.go.dev/github.com/pulumi/pulumi/sdk/v3/go/common/apitype#SecretsProvidersV1
 */
export const SecretsProviders = z.discriminatedUnion("type", [
  z.looseObject({ type: z.literal("passphrase"), state: z.looseObject({ salt: z.string() }) }),
  z.looseObject({
    type: z.literal("cloud"),
    state: z.looseObject({ url: z.string(), encryptedkey: z.string() }),
  }),
  z.looseObject({ type: z.literal("service") }),
]);

/** The settings with which the CLI goes on encrypting as a state is encrypted. */
export function encryptionOf(provider: z.infer<typeof SecretsProviders> | undefined): Encryption {
  switch (provider?.type) {
    case "passphrase":
      return { encryptionsalt: provider.state.salt };
    case "cloud":
      return { secretsprovider: provider.state.url, encryptedkey: provider.state.encryptedkey };
    default:
      return {};
  }
}

/** Whether settings are enough to encrypt with: a key or salt, not only a provider's name. */
export function isComplete({ encryptedkey, encryptionsalt }: Encryption): boolean {
  return (encryptedkey ?? encryptionsalt) !== undefined;
}
