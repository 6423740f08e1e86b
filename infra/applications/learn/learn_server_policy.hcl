# What the application may read of Vault.
path "secret-learn/data/web" {
  capabilities = ["read"]
}

path "secret-learn/data/cache" {
  capabilities = ["read"]
}

# The client with which learners log in.
path "secret-operations/data/sso/learn" {
  capabilities = ["read"]
}

# Users of the database, each for an hour.
path "postgres-learn/creds/app" {
  capabilities = ["read"]
}

# Leases are renewed, and revoked when a pod's secret goes.
path "sys/leases/renew" {
  capabilities = ["update"]
}

path "sys/leases/revoke" {
  capabilities = ["update"]
}
