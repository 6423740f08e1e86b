# What the programs of this repository make, and `sync-secrets` writes.
path "sys/mounts" {
  capabilities = ["read"]
}

path "sys/mounts/*" {
  capabilities = ["create", "read", "update", "delete"]
}

path "sys/auth" {
  capabilities = ["read"]
}

path "sys/auth/*" {
  capabilities = ["create", "read", "update", "delete", "sudo"]
}

path "sys/policies/acl/*" {
  capabilities = ["create", "read", "update", "delete"]
}

path "sys/audit" {
  capabilities = ["read", "sudo"]
}

path "sys/audit/*" {
  capabilities = ["create", "read", "update", "delete", "sudo"]
}

path "sys/storage/raft/autopilot/configuration" {
  capabilities = ["read", "update"]
}

# Pulumi's provider works with a token of its own, which ends with it.
path "auth/token/create" {
  capabilities = ["create", "update"]
}

# Methods of logging in, and who may.
path "auth/+/config" {
  capabilities = ["create", "read", "update", "delete"]
}

path "auth/+/config/*" {
  capabilities = ["create", "read", "update", "delete"]
}

path "auth/+/role/*" {
  capabilities = ["create", "read", "update", "delete", "list"]
}

# Engines that make credentials on request: databases, AWS, certificates.
path "+/config/*" {
  capabilities = ["create", "read", "update", "delete"]
}

path "+/roles/*" {
  capabilities = ["create", "read", "update", "delete"]
}

path "+/root/*" {
  capabilities = ["create", "update", "delete", "sudo"]
}

path "+/intermediate/*" {
  capabilities = ["create", "update"]
}

path "infrastructure/keys/*" {
  capabilities = ["create", "read", "update"]
}

path "infrastructure/decrypt/sops" {
  capabilities = ["update"]
}

# What people know, from `secrets/`, and what a deployment alone does.
path "secret-*" {
  capabilities = ["create", "read", "update", "patch", "delete", "list"]
}
