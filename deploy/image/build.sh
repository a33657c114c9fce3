#!/usr/bin/env bash
# Builds localhost/trimtab-SERVICE:TAG for each service named, with buildah: build.sh TAG SERVICE...
# BASE_IMAGE is a Debian with Node 24 and npm; without one it is made by base.sh.
set -euo pipefail
cd "$(dirname "$0")/../.."
tag=$1
shift
for tool in buildah podman debootstrap; do
  command -v "$tool" >/dev/null && continue
  echo "images: skipped, $tool is missing (Debian: apt-get install buildah podman runc debootstrap)"
  exit 0
done
base=${BASE_IMAGE:-localhost/trimtab-base:24}
if [ -z "${BASE_IMAGE:-}" ] && ! podman image exists "$base"; then deploy/image/base.sh "$base"; fi
for service in "$@"; do
  buildah bud --layers --isolation chroot --ulimit nofile=1024:1024 \
    --build-arg "BASE_IMAGE=$base" --build-arg "SERVICE=$service" \
    --file deploy/image/Dockerfile --tag "localhost/trimtab-$service:$tag" . >/dev/null
  size=$(podman image inspect --format '{{.Size}}' "localhost/trimtab-$service:$tag")
  echo "localhost/trimtab-$service:$tag $((size / 1000000)) MB"
done
