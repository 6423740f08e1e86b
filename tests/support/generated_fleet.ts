/** The size of a generated fleet. */
export interface FleetSize {
  /** Projects in each layer; those of one layer need one of the layer above. */
  readonly layers: readonly number[];
  /** Buckets in each stack. */
  readonly resources: number;
}

/** Ten projects, four deep. */
export const TEN_PROJECTS: FleetSize = { layers: [2, 3, 3, 2], resources: 50 };

const STACKS = ["CI", "QA", "Production"];

/** The resources of one generated program: plain JavaScript, so that Node runs the same. */
export function resourcesSource({ resources }: FleetSize): string {
  return `export function make(aws, name, upstream) {
  const buckets = [];
  for (let index = 0; index < ${resources}; index++) {
    buckets.push(new aws.s3.Bucket(\`\${name}-\${index}\`, {
      bucket: \`\${name}-\${index}\`,
      tags: { upstream: upstream ?? "none" },
    }));
  }
  return { arn: buckets[0].arn };
}
`;
}

/**
 * Writes projects of three stacks each below a root.
 *
 * @returns The projects' names, in dependency order
 */
export async function generateFleet(root: string, size: FleetSize): Promise<string[]> {
  const names: string[] = [];
  await Deno.mkdir(`${root}/infra/foundation`, { recursive: true });
  await Deno.writeTextFile(`${root}/infra/resources.js`, resourcesSource(size));
  let above: string[] = [];
  for (const [layer, count] of size.layers.entries()) {
    const here: string[] = [];
    for (let index = 0; index < count; index++) {
      const short = `p${layer}${index}`;
      here.push(short);
      await writeProject(root, short, above[index % above.length]);
    }
    names.push(...here.map((short) => `ol-infrastructure-${short}`));
    above = here;
  }
  return names;
}

async function writeProject(root: string, short: string, upstream?: string): Promise<void> {
  const folder = `${root}/infra/foundation/${short}`;
  const name = `ol-infrastructure-${short}`;
  await Deno.mkdir(folder);
  const write = (file: string, text: string) => Deno.writeTextFile(`${folder}/${file}`, text);
  await write("Pulumi.yaml", `name: ${name}\nruntime: nodejs\n`);
  for (const stack of STACKS) {
    await write(
      `Pulumi.${stack}.yaml`,
      `config:\n  ${name}:region: us-east-1\n  ${name}:tags:\n    OU: operations\n    Environment: ${stack}\n`,
    );
  }
  await write(
    "project.ts",
    `import { z } from "zod";
import { AWSBase } from "lib/pulumi/aws_base.ts";
import { defineProject, on } from "lib/pulumi/project.ts";
${upstream ? `import upstream from "../${upstream}/project.ts";` : ""}
export default defineProject({
  name: "${name}",
  config: AWSBase,
  outputs: z.strictObject({ arn: z.string() }),
  needs: { ${upstream ? "upstream: on(upstream)" : ""} },
  program: () => import("./program.ts"),
});
`,
  );
  await write(
    "program.ts",
    `import * as aws from "@pulumi/aws";
import { make } from "../../resources.js";
export default ({ info, needs }) => make(aws, "${short}-" + info.environmentSuffix, needs.upstream?.arn);
`,
  );
}
