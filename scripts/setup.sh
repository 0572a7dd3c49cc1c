#!/bin/sh
# Installs what a checkout needs to run: npm packages, and the host's sandbox tools. Says what it does; harmless when repeated.
set -eu

self=$(readlink -f "$0")
scripts=${self%/*}
root=${scripts%/*}
. "$root/bin/find-node.sh"
. "$scripts/setup-needed.sh"
. "$scripts/apt.sh"

if packages_needed; then
  if ! command -v npm >/dev/null 2>&1; then
    echo 'setup: npm is missing. Install Node >= 20 with npm, then try again.' >&2
    exit 1
  fi
  echo 'setup: installing npm packages (npm ci), Node 24 among them'
  (cd "$root" && npm ci --loglevel=error)
  cp "$root/package-lock.json" "$root/node_modules/.hearth-lock.json"
fi

if host_tools_needed; then
  apt_install 'the sandbox' bubblewrap e2fsprogs util-linux nftables ||
    echo 'setup: going on without; functions get the isolation that this host permits (see: bin/hearth doctor)'
fi

# The first start then finds its code compiled.
if find_node; then node "$scripts/warm-compile-cache.mjs"; fi
