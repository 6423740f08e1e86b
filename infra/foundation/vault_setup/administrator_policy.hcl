# Mends what no pipeline can.
path "*" {
  capabilities = ["create", "read", "update", "patch", "delete", "list", "sudo"]
}

# What was done stays written down: nobody stops that by hand.
path "sys/audit/*" {
  capabilities = ["read", "list", "sudo"]
}
