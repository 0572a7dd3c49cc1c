#!/bin/sh
# Sets up and runs everything: the static checks, then every test there is, in one run of Node's test runner. Names of files or
# patterns as arguments run only those tests.
set -eu

self=$(readlink -f "$0")
scripts=${self%/*}
root=${scripts%/*}
cd "$root"
"$scripts/setup.sh"
"$scripts/setup-test-tools.sh"
. bin/find-node.sh
find_node

if [ $# -gt 0 ]; then exec node --test "$@"; fi
"$scripts/check.sh" --static
echo 'test: everything'
find src test -name '*.test.ts' | sort | xargs node --test
