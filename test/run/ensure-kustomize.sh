#!/usr/bin/env bash
# Finds kubectl from 1.27 or kustomize from 5.0, or builds kustomize where Go is. Without them the tests of the
# manifests are skipped, which this says.
set -uo pipefail
at_least() { [ "$(printf '%s\n%s\n' "$1" "$2" | sort -V | head -1)" = "$1" ]; }
version_of() { "$@" 2>/dev/null | grep -oE 'v[0-9]+\.[0-9]+\.[0-9]+$' | tail -1; }
own=${GOPATH:-$HOME/go}/bin/kustomize
for program in "kubectl version --client" "kustomize version" "$own version"; do
  # shellcheck disable=SC2086
  found=$(version_of $program)
  [ -n "$found" ] && at_least v5.0.0 "$found" && exit 0
done
if command -v go >/dev/null; then
  echo 'building kustomize with go install'
  go install sigs.k8s.io/kustomize/kustomize/v5@v5.7.1 >/dev/null 2>&1 && exit 0
fi
echo 'manifests: the tests of deploy/k8s will be skipped, neither kubectl from 1.27 nor kustomize from 5.0 is here nor can be built'
