#!/usr/bin/env bash
# The contract: lint, layout, no breaking change since the last release tag, generated code fresh.
set -euo pipefail
npx buf lint
npx buf format --diff --exit-code
release=$(git describe --tags --abbrev=0 --match 'v[0-9]*' 2>/dev/null || true)
if [ -n "$release" ]; then npx buf breaking --against ".git#tag=$release"; else echo 'buf breaking: no release tag yet'; fi
before=$(git ls-files -s libs/contracts/src/gen | sha256sum; cat $(git ls-files libs/contracts/src/gen) | sha256sum)
node libs/contracts/generate.mjs
after=$(git ls-files -s libs/contracts/src/gen | sha256sum; cat $(git ls-files libs/contracts/src/gen) | sha256sum)
untracked=$(git ls-files --others --exclude-standard libs/contracts/src/gen)
if [ "$before" != "$after" ] || [ -n "$untracked" ]; then
  echo 'libs/contracts/src/gen was stale: it has been regenerated, commit it' >&2
  exit 1
fi
echo 'generated code is fresh'
