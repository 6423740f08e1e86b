#!/bin/sh
# Puts a snapshot of Vault's data into a bucket and tells CloudWatch, if this server leads; the others have
# nothing to do.
# Usage: vault-snapshot REGION BUCKET HOST
set -eu
umask 077
region=$1 bucket=$2 host=$3
export VAULT_ADDR="${VAULT_ADDR:-http://127.0.0.1:8200}"
storage=${ENDPOINT:-https://$bucket.s3.$region.amazonaws.com}
metrics=${ENDPOINT:-https://monitoring.$region.amazonaws.com}

leads=$(curl -sSf "$VAULT_ADDR/v1/sys/leader" | jq .is_self)
[ "$leads" = true ] || exit 0
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
VAULT_TOKEN=$(vault login -method=aws -token-only role=snapshot header_value="$host")
export VAULT_TOKEN
vault operator raft snapshot save "$folder/raft.snap"
aws-curl s3 "$region" -H 'x-amz-content-sha256: UNSIGNED-PAYLOAD' -T "$folder/raft.snap" \
  "$storage/raft/$(date -u +%Y%m%dT%H%M%SZ).snap"
# An alarm waits for it in vain when snapshots stop.
aws-curl monitoring "$region" -o /dev/null "$metrics/" -d Action=PutMetricData -d Version=2010-08-01 \
  -d Namespace=Vault -d MetricData.member.1.MetricName=Snapshots -d MetricData.member.1.Value=1 \
  -d MetricData.member.1.Dimensions.member.1.Name=Bucket \
  -d "MetricData.member.1.Dimensions.member.1.Value=$bucket"
