#!/usr/bin/env bash
# Finds promtool, or installs it from the machine's packages where that is allowed.
set -euo pipefail
if command -v promtool >/dev/null 2>&1; then exit 0; fi
explain() {
  echo 'promtool is needed for the tests of the alert rules and could not be installed.' >&2
  echo 'Install it (Debian, Ubuntu: apt-get install prometheus; macOS: brew install prometheus) and run this again.' >&2
  exit 1
}
command -v apt-get >/dev/null 2>&1 || explain
as_root=()
if [ "$(id -u)" -ne 0 ]; then command -v sudo >/dev/null 2>&1 || explain; as_root=(sudo -n); fi
echo 'installing prometheus from the machine packages, for promtool'
# The package would start a server on fixed ports; only its tool is wanted.
export DEBIAN_FRONTEND=noninteractive
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
  trap '"${as_root[@]}" rm -f "$policy"' EXIT
  printf '#!/bin/sh\nexit 101\n' | "${as_root[@]}" tee "$policy" >/dev/null
  "${as_root[@]}" chmod +x "$policy"
fi
"${as_root[@]}" apt-get update -qq || true
"${as_root[@]}" apt-get install -y -qq --no-install-recommends prometheus >/dev/null || explain
