# What the application may read of Vault.
path "secret-xqwatcher/data/grader-config" {
  capabilities = ["read"]
}

path "secret-xqwatcher/metadata/grader-config" {
  capabilities = ["read"]
}
