import * as pulumi from "@pulumi/pulumi";

/**
 * A value that is there only after some resources are: what is made from it waits for them.
 *
 * A component does not hand its own `dependsOn` on to its children; a value that they are made from does.
 */
export function after<T>(
  value: pulumi.Input<T>,
  ...resources: readonly pulumi.CustomResource[]
): pulumi.Output<T> {
  const ids = pulumi.all(resources.map(({ id }) => id));
  return pulumi.all([pulumi.output(value), ids]).apply(([plain]) => plain) as pulumi.Output<T>;
}
