#!/bin/sh
# Sends a request to an AWS service, signed with the role of this machine.
# Usage: aws-curl SERVICE REGION CURL-ARGUMENT…
# Keys are handed to curl by stdin: what is an argument, everybody on the machine sees.
set -eu
service=$1 region=$2
shift 2
metadata=${METADATA:-http://169.254.169.254/latest}

token=$(curl -sSf -X PUT -H 'X-aws-ec2-metadata-token-ttl-seconds: 60' "$metadata/api/token")
ask() {
  printf 'header = "X-aws-ec2-metadata-token: %s"\n' "$token" | curl -sSf -K - "$metadata/meta-data/$1"
}
role=$(ask iam/security-credentials/)
ask "iam/security-credentials/$role" |
  jq -r '"user = \"\(.AccessKeyId):\(.SecretAccessKey)\"", "header = \"x-amz-security-token: \(.Token)\""' |
  curl -sSf -K - --aws-sigv4 "aws:amz:$region:$service" "$@"
