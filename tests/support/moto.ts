/**
 * moto: a stand-in for EC2, from PyPI, in the user's cache.
 *
 * @module
 */
import { execOrThrow } from "lib/cli/exec.ts";
import { baseCacheDir } from "lib/images/base.ts";
import { freePort } from "lib/images/port.ts";
import { organization } from "lib/organization.ts";

/** A running stand-in. */
export interface Moto extends AsyncDisposable {
  readonly url: string;
  /** Calls one EC2 action and returns the XML of its answer. */
  ec2(action: string, parameters?: Record<string, string>): Promise<string>;
}

// moto refuses CreateImage with tags for the snapshot: they are left out there; it knows no deprecation.
const START = `
import sys
from moto.ec2.models import amis
create = amis.AmiBackend.create_image
def create_image(self, instance_id, name, description, tag_specifications):
    kept = [s for s in tag_specifications if s["ResourceType"] != "snapshot"]
    return create(self, instance_id, name, description, kept)
amis.AmiBackend.create_image = create_image
from moto.core.responses import ActionResult
from moto.ec2.responses.amis import AmisResponse
def enable_image_deprecation(self):
    image = self.ec2_backend.describe_images(ami_ids=[self._get_param("ImageId")])[0]
    image.deprecation_time = str(self._get_param("DeprecateAt"))
    return ActionResult({"Return": True})
AmisResponse.enable_image_deprecation = enable_image_deprecation
from moto.server import main
main(sys.argv[1:])
`;

const REQUIREMENT = "moto[server,ec2]==5.2.5";

async function ensureMoto(): Promise<string> {
  const folder = `${baseCacheDir((name) => Deno.env.get(name))}/${
    REQUIREMENT.replace(/\W+/g, "-")
  }`;
  const program = `${folder}/bin/python`;
  const complete = `${folder}/bin/moto_server`;
  if (await Deno.stat(complete).then(() => true, () => false)) return program;
  // An environment names its own folder, so it is made in place; moto's script is its last file.
  await execOrThrow("python3", ["-m", "venv", folder]);
  await execOrThrow(`${folder}/bin/pip`, ["install", "-q", REQUIREMENT]);
  return program;
}

/**
 * Starts moto with one source AMI of an account's.
 *
 * @param ami What the stand-in offers
 */
export async function startMoto(
  ami: { id: string; name: string; owner: string },
): Promise<Moto> {
  const program = await ensureMoto();
  const folder = await Deno.makeTempDir({ prefix: "moto-" });
  await Deno.writeTextFile(
    `${folder}/amis.json`,
    JSON.stringify([{
      ami_id: ami.id,
      name: ami.name,
      description: ami.name,
      owner_id: ami.owner,
      public: true,
      virtualization_type: "hvm",
      architecture: "x86_64",
      state: "available",
      platform: null,
      image_type: "machine",
      hypervisor: "xen",
      root_device_name: "/dev/xvda",
      root_device_type: "ebs",
      sriov: "simple",
      creation_date: "2026-11-01T00:00:00.000Z",
    }]),
  );
  const port = freePort();
  const child = new Deno.Command(program, {
    args: ["-c", START, "-H", "127.0.0.1", "-p", String(port)],
    env: { MOTO_AMIS_PATH: `${folder}/amis.json`, MOTO_ENABLE_ISO_REGIONS: "false" },
    stdout: "null",
    stderr: "null",
  }).spawn();
  const url = `http://127.0.0.1:${port}`;
  for (let attempt = 0; attempt < 150; attempt++) {
    const answer = await fetch(`${url}/moto-api/`).catch(() => undefined);
    await answer?.body?.cancel();
    if (answer?.ok) break;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  const ec2: Moto["ec2"] = async (action, parameters = {}) => {
    const scope = "20261123/us-east-1/ec2/aws4_request";
    const answer = await fetch(url, {
      method: "POST",
      headers: {
        "content-type": "application/x-www-form-urlencoded",
        authorization:
          `AWS4-HMAC-SHA256 Credential=rehearsal/${scope}, SignedHeaders=host, Signature=0`,
      },
      body: new URLSearchParams({ Action: action, Version: "2016-11-15", ...parameters }),
    });
    return await answer.text();
  };
  await makeSubnets(ec2);
  return {
    url,
    ec2,
    async [Symbol.asyncDispose]() {
      child.kill("SIGTERM");
      await child.status;
      await Deno.remove(folder, { recursive: true });
    },
  };
}

/** The subnets in which the organization's environments build images. */
async function makeSubnets(ec2: Moto["ec2"]): Promise<void> {
  const vpc = /<vpcId>(vpc-\w+)</.exec(await ec2("DescribeVpcs"))![1];
  for (const [index, { imageBuild }] of Object.values(organization.environments).entries()) {
    await ec2("CreateSubnet", {
      VpcId: vpc,
      CidrBlock: `172.31.${200 + index}.0/24`,
      "TagSpecification.1.ResourceType": "subnet",
      "TagSpecification.1.Tag.1.Key": "Name",
      "TagSpecification.1.Tag.1.Value": imageBuild.subnetFilter["tag:Name"].replace("*", "a"),
    });
  }
}
