import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import type { BootFile } from "infra/components/first_boot.ts";
import { parseWith, readText } from "lib/schema/parse.ts";

/** What a {@linkcode BootFiles} is made from, beside the contents. */
const Settings = z.strictObject({
  /** Names of the files, in the folder. */
  names: z.array(
    z.string().regex(
      /^[a-z0-9][a-z0-9._-]*$/,
      "must be a file name in lower case such as site.env",
    ),
  ).min(1, "must name a file"),
  /** Where they are written: `/etc/vault`. */
  folder: z.string().regex(/^(\/[a-z0-9._-]+)+$/, "must be a folder such as /etc/vault"),
  /** Whose they are: `root:vault`. */
  owner: z.string().regex(/^[a-z][a-z0-9-]*:[a-z][a-z0-9-]*$/, "must be such as root:vault"),
  /** Where the secret is. */
  region: z.string(),
});

/** Arguments as they are given. */
export type BootFilesArgs = Omit<z.input<typeof Settings>, "names"> & {
  /** Contents by the name of the file; secret whatever they are given as. */
  readonly files: Readonly<Record<string, pulumi.Input<string>>>;
};

/** The scripts by which machines fetch files: written by cloud-init, named by {@linkcode BootFiles.command}. */
export async function bootFileScripts(): Promise<BootFile[]> {
  const script = async (name: string, file: string) => ({
    path: `/usr/local/sbin/${name}`,
    permissions: "0755",
    content: await readText(decodeURIComponent(new URL(file, import.meta.url).pathname)),
  });
  return [
    await script("aws-curl", "./boot/aws_curl.sh"),
    await script("boot-files", "./boot/boot_files.sh"),
  ];
}

/**
 * Files that user data must not hold: machines fetch them at first boot, with the role that they have.
 * Other contents are another version, which the user data names: machines are replaced.
 *
 * Creates: a secret of Secrets Manager, named by AWS after the component's name, and its version.
 */
export class BootFiles extends pulumi.ComponentResource {
  /** The line of the first boot's script that fetches the files. */
  readonly command: pulumi.Output<string>;
  /** The secret: what the machines' role may read. */
  readonly arn: pulumi.Output<string>;

  /**
   * Makes the secret.
   *
   * @param name Starts the secret's name: roles may read `<name>-*`
   * @param args See {@linkcode BootFilesArgs}
   * @throws {Problems} for arguments that the settings' schema refuses
   */
  constructor(name: string, args: BootFilesArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ol:aws:BootFiles", name, {}, opts);
    const { files, ...given } = args;
    const { folder, owner, region } = parseWith(
      Settings,
      { ...given, names: Object.keys(files) },
      `BootFiles ${name}`,
    );
    const parent = { parent: this };
    const secret = new aws.secretsmanager.Secret(name, {
      namePrefix: `${name}-`,
      description: `What machines of ${name} fetch at first boot`,
      recoveryWindowInDays: 7,
    }, parent);
    const version = new aws.secretsmanager.SecretVersion(name, {
      secretId: secret.id,
      secretString: pulumi.secret(pulumi.jsonStringify(files)),
    }, parent);
    this.arn = secret.arn;
    this.command = pulumi
      .interpolate`boot-files ${region} ${secret.arn} ${version.versionId} ${folder} ${owner}`;
    this.registerOutputs({ arn: this.arn });
  }
}
