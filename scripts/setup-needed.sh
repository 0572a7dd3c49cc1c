# Sourced by bin/hearth and scripts/setup.sh. Expects $root. Costs at most one `cmp`.

# npm writes .package-lock.json after each installation. Where a restored cache made it look older than the lock file, the copy
# that setup.sh left behind still tells that nothing changed.
packages_needed() {
  [ -f "$root/node_modules/.package-lock.json" ] || return 0
  [ "$root/package-lock.json" -nt "$root/node_modules/.package-lock.json" ] || return 1
  ! cmp -s "$root/package-lock.json" "$root/node_modules/.hearth-lock.json"
}

# The commands that the bubblewrap sandbox is made with.
host_tools_needed() {
  [ "${HEARTH_ISOLATION-auto}" = none ] && return 1
  for tool in bwrap mkfs.ext4 setpriv nft; do
    command -v "$tool" >/dev/null 2>&1 || [ -x "/usr/sbin/$tool" ] || [ -x "/sbin/$tool" ] || return 0
  done
  return 1
}

setup_needed() {
  packages_needed && return 0
  command -v apt-get >/dev/null 2>&1 && host_tools_needed
}
