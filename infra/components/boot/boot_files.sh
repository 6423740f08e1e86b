#!/bin/sh
# Writes the files that one version of a secret of Secrets Manager holds: its keys are their names.
# Usage: boot-files REGION SECRET VERSION FOLDER OWNER
# The role may be younger than the machine: what is refused is asked again, for five minutes.
set -eu
umask 077
region=$1 secret=$2 version=$3 folder=$4 owner=$5
endpoint=${ENDPOINT:-https://secretsmanager.$region.amazonaws.com}
tries=${TRIES:-60}

fetch() {
  aws-curl secretsmanager "$region" "$endpoint/" \
    -H 'content-type: application/x-amz-json-1.1' \
    -H 'x-amz-target: secretsmanager.GetSecretValue' \
    -d "{\"SecretId\":\"$secret\",\"VersionId\":\"$version\"}"
}
until answer=$(fetch); do
  tries=$((tries - 1))
  [ "$tries" -gt 0 ]
  sleep 5
done
files=$(printf '%s' "$answer" | jq -er .SecretString)
for name in $(printf '%s' "$files" | jq -er 'keys_unsorted[]'); do
  new=$folder/.$name.new
  printf '%s' "$files" | jq -ej --arg name "$name" '.[$name]' >"$new"
  chown "$owner" "$new"
  chmod 0640 "$new"
  mv "$new" "$folder/$name"
done
