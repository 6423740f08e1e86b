# A server's own: all the data, as it lies encrypted on its disk.
path "sys/storage/raft/snapshot" {
  capabilities = ["read"]
}
