# What pipelines may ask for by name; nothing of Concourse's own.
path "secret-pipelines/data/*" {
  capabilities = ["read"]
}
