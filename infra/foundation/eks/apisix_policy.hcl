# The keys of APISIX's own administration API.
path "secret-operations/data/apisix" {
  capabilities = ["read"]
}
