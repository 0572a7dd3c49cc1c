#!/bin/sh
# What must hold before a commit: format, lint (warnings denied), types, tidy and unit tests. `--static` leaves the tests out.
set -eu

self=$(readlink -f "$0")
scripts=${self%/*}
root=${scripts%/*}
. "$root/bin/find-node.sh"
cd "$root"
find_node && [ -x node_modules/.bin/oxlint ] || "$scripts/setup.sh"
find_node

echo 'check: format' && node_modules/.bin/oxfmt --check
echo 'check: lint' && node_modules/.bin/oxlint --deny-warnings
echo 'check: types' && node_modules/.bin/tsc
[ "${1-}" = --static ] && exit 0

# Scenarios and the packed package start whole daemons, and need clients that scripts/test.sh installs.
echo 'check: tests'
find src test -name '*.test.ts' ! -path 'test/scenarios/*' ! -path 'test/packed/*' | sort | xargs node --test
