#!/usr/bin/env bash
# Check the types of the scripts of grid and map against their contract.d.ts. Without node, or with
# no way to get the compiler, that is said and the other checks go on.
set -euo pipefail
cd "$(dirname "$0")"
if ! command -v npm >/dev/null 2>&1; then
  echo "NOT CHECKED: the types of the grid's scripts, because node is not installed." >&2
  exit 0
fi
if [ ! node_modules/.package-lock.json -nt package-lock.json ] &&
  ! npm ci --silent --fetch-retries=1; then
  echo "NOT CHECKED: the types of the grid's scripts, because npm reaches no registry." >&2
  exit 0
fi
npm run --silent check
