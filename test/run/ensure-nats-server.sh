#!/usr/bin/env bash
# Finds nats-server, or installs it from the machine's packages where that is allowed.
set -euo pipefail
if command -v nats-server >/dev/null 2>&1 || [ -x /usr/sbin/nats-server ]; then exit 0; fi
explain() {
  echo 'nats-server is needed for the integration tests and could not be installed.' >&2
  echo 'Install it (Debian, Ubuntu: apt-get install nats-server; macOS: brew install nats-server) and run this again.' >&2
  exit 1
}
command -v apt-get >/dev/null 2>&1 || explain
as_root=()
if [ "$(id -u)" -ne 0 ]; then command -v sudo >/dev/null 2>&1 || explain; as_root=(sudo -n); fi
echo 'installing nats-server from the machine packages'
# The package would start a system-wide server; the tests start private ones on free ports instead.
export DEBIAN_FRONTEND=noninteractive
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
  trap '"${as_root[@]}" rm -f "$policy"' EXIT
  printf '#!/bin/sh\nexit 101\n' | "${as_root[@]}" tee "$policy" >/dev/null
  "${as_root[@]}" chmod +x "$policy"
fi
"${as_root[@]}" apt-get update -qq || true
"${as_root[@]}" apt-get install -y -qq --no-install-recommends nats-server >/dev/null || explain
