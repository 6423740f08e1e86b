/**
 * The vars by which pipelines name their secrets; the credential manager has the values.
 *
 * @module
 */

/** Each secret that the helpers fall back to. */
export const CREDENTIALS = {
  /** Pulls and pushes container images. */
  dockerhub: { username: "((dockerhub.username))", password: "((dockerhub.password))" },
  /** Reads public repositories beyond GitHub's anonymous limit. */
  githubPublic: "((github.public_repo_access_token))",
  /** Opens and closes issues. */
  githubIssues: "((github.issues_resource_access_token))",
  /** Records deployments. */
  githubDeployments: "((github.access_token))",
  /** Publishes Python packages. */
  pypi: { username: "((pypi_creds.username))", password: "((pypi_creds.password))" },
  /** Purges caches. */
  fastly: "((fastly.api_token))",
  /** Where messages are posted. */
  slackWebhook: "((slack.webhook))",
  /** Encrypts the secrets in Pulumi's state. */
  pulumiPassphrase: "((pulumi.passphrase))",
} as const;
