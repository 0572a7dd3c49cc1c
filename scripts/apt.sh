# Sourced by the other scripts: apt_install PURPOSE PACKAGE... installs Debian packages, or says what to install and returns 1.

apt_install() {
  purpose=$1
  shift
  if ! command -v apt-get >/dev/null 2>&1; then
    echo "setup: $purpose needs these packages, please install them: $*"
    return 1
  fi
  if [ "$(id -u)" != 0 ]; then
    echo "setup: $purpose needs packages that only root can install: sudo apt-get install $*"
    return 1
  fi
  echo "setup: installing for $purpose (apt-get): $*"
  export DEBIAN_FRONTEND=noninteractive
  apt-get install -y -qq --no-install-recommends "$@" >/dev/null 2>&1 && return 0
  # A fresh machine has no package lists yet, or old ones.
  apt-get update -qq && apt-get install -y -qq --no-install-recommends "$@" >/dev/null && return 0
  echo "setup: apt-get could not install: $*"
  return 1
}
