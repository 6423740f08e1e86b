import type { Identifier, Resource } from "lib/concourse/model/mod.ts";

/**
 * A git repository.
 *
 * @param options.paths Only commits that touch one of these trigger; default all
 * @see https://github.com/concourse/git-resource
 */
export function gitRepo(
  name: Identifier,
  options: { readonly uri: string; readonly branch: string; readonly paths?: readonly string[] },
): Resource {
  const { uri, branch, paths } = options;
  return {
    name,
    type: "git",
    icon: "git",
    check_every: "1m",
    source: { uri, branch, ...(paths ? { paths } : {}) },
  };
}

/**
 * A container image in a registry; credentials come from the credential manager.
 *
 * @see https://github.com/concourse/registry-image-resource
 */
export function registryImage(
  name: Identifier,
  options: { readonly repository: string; readonly tag?: string },
): Resource {
  return {
    name,
    type: "registry-image",
    icon: "docker",
    source: {
      repository: options.repository,
      tag: options.tag ?? "latest",
      username: "((dockerhub.username))",
      password: "((dockerhub.password))",
    },
  };
}
