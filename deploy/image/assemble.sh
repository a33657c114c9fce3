#!/usr/bin/env bash
# Lays out the file system of one service's image: assemble.sh SERVICE TARGET, in a built tree.
set -euo pipefail
service=$1 target=$2
[ -f "services/$service/dist/main.js" ] || { echo "no built service $service" >&2; exit 1; }
app=$target/app
mkdir -p "$app"

# Production dependencies of this service alone, by the lock file: the manifests are all that npm reads.
# The optional ones are the embedded PostgreSQL of development.
cp --parents package.json package-lock.json .npmrc libs/*/package.json services/*/package.json "$app"
(cd "$app" && npm ci --omit=dev --omit=optional --ignore-scripts -w "services/$service")

# The workspaces that it links, as they were built; the others go.
for link in "$app"/node_modules/@trimtab/*; do
  workspace=$(readlink -m "$link") workspace=${workspace#"$app"/}
  cp -r "$workspace/dist" "$app/$workspace/"
done
for manifest in "$app"/{libs,services}/*/package.json; do
  folder=$(dirname "$manifest")
  [ -d "$folder/dist" ] || rm -r "$folder"
done
mkdir -p "$app/deploy/nats"
cp deploy/nats/streams.yaml "$app/deploy/nats/"
cp LICENSE "$app/"
printf '{"type":"module"}\n' >"$app/package.json"
printf "await import('./services/%s/dist/main.js');\n" "$service" >"$app/main.js"
rm -f "$app"/{package-lock.json,.npmrc} "$app/node_modules/.package-lock.json"
find "$app" -type f \( -name '*.d.ts' -o -name '*.d.mts' -o -name '*.d.cts' -o -name '*.map' -o -name '.tsbuildinfo' \) -delete

# Node and what it is linked with, at the paths where the loader looks.
node=$(readlink -f "$(command -v node)")
install -D -m 755 "$node" "$target/usr/local/bin/node"
ldd "$node" | grep -o '/[^ ]*' | while read -r library; do
  install -D -m 755 "$(readlink -f "$library")" "$target$library"
done

# Who runs it, how it finds names, and the one folder that may be mounted writable.
mkdir -p "$target/etc" "$target/tmp"
chmod 1777 "$target/tmp"
printf 'trimtab:x:65532:65532::/tmp:/sbin/nologin\n' >"$target/etc/passwd"
printf 'trimtab:x:65532:\n' >"$target/etc/group"
printf 'hosts: files dns\n' >"$target/etc/nsswitch.conf"
