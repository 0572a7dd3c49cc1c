# Sourced by bin/hearth and scripts/*: puts a Node >= 24 first on PATH, or returns 1.
# Expects $root, the package's folder. Uses no command but uname, so that it costs a start nothing.

find_node() {
  case $(uname -sm) in
    'Linux x86_64') platform=linux-x64 ;;
    'Linux aarch64' | 'Linux arm64') platform=linux-arm64 ;;
    *) platform=none ;;
  esac
  # Beside our dependencies in a checkout; hoisted beside this package where it was installed. By path, for npm 10 does not link
  # the package's binary into .bin.
  for folder in "$root/node_modules/node-$platform/bin" "$root/../node-$platform/bin"; do
    if [ -x "$folder/node" ]; then
      PATH="$folder:$PATH"
      export PATH
      return 0
    fi
  done
  command -v node >/dev/null 2>&1 || return 1
  version=$(node --version 2>/dev/null) || return 1
  major=${version#v}
  [ "${major%%.*}" -ge 24 ] 2>/dev/null
}
