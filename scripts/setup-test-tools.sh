#!/bin/sh
# Installs the clients that the scenario tests drive a real daemon with: the aws CLI v1 and boto3 in .cache/aws-v1, awscurl in
# .cache/awscurl, Debian's aws CLI v2 as /usr/bin/aws, zip, ip; and what custom runtimes of the scenarios are written in: /usr/bin/python3, curl. A tool that cannot be
# had skips its tests on a developer's machine, and fails the run where CI=true.
set -eu

# One release, so that both speak the same version of the API.
AWSCLI_VERSION=1.45.11
BOTO3_VERSION=1.43.11
AWSCURL_VERSION=0.44

self=$(readlink -f "$0")
scripts=${self%/*}
root=${scripts%/*}
. "$scripts/apt.sh"

missing() {
  echo "test: $1 is missing" >&2
  if [ "${CI-}" = true ]; then exit 1; fi
}

clients="$root/.cache/aws-v1"
# The versions are part of the stamp, so that a new pin installs anew.
stamp="$clients/.versions-$AWSCLI_VERSION-$BOTO3_VERSION"

# It brings awscrt, which boto3 uses where it finds it: it lives apart.
awscurl="$root/.cache/awscurl"
awscurl_stamp="$awscurl/.version-$AWSCURL_VERSION-$BOTO3_VERSION"

new_environment() {
  command -v python3 >/dev/null 2>&1 || apt_install "$2" python3 python3-venv || return 1
  rm -rf "$1"
  # Debian's python3 comes without venv.
  python3 -m venv "$1" 2>/dev/null || { apt_install "$2" python3-venv && python3 -m venv "$1"; }
}

install_awscurl() {
  new_environment "$awscurl" awscurl || return 1
  echo "test: installing awscurl $AWSCURL_VERSION (pip)"
  "$awscurl/bin/pip" install --quiet --disable-pip-version-check "awscurl==$AWSCURL_VERSION" "botocore==$BOTO3_VERSION" || return 1
  touch "$awscurl_stamp"
}

install_clients() {
  new_environment "$clients" 'the aws CLI v1' || return 1
  echo "test: installing awscli $AWSCLI_VERSION and boto3 $BOTO3_VERSION (pip)"
  "$clients/bin/pip" install --quiet --disable-pip-version-check "awscli==$AWSCLI_VERSION" "boto3==$BOTO3_VERSION" || return 1
  touch "$stamp"
}

[ -f "$stamp" ] || install_clients || missing 'the aws CLI v1 with boto3'
[ -f "$awscurl_stamp" ] || install_awscurl || missing awscurl
[ -x /usr/bin/aws ] || apt_install 'the aws CLI v2' awscli || missing 'the aws CLI v2'
command -v zip >/dev/null 2>&1 || apt_install 'the scenarios' zip || missing zip
# Inside a sandbox only the system's own are there.
[ -x /usr/bin/python3 ] || apt_install 'custom runtimes' python3 || missing /usr/bin/python3
# The tests of the way to the internet set up networks with it.
command -v ip >/dev/null 2>&1 || apt_install 'the tests of networks' iproute2 || missing ip
[ -x /usr/bin/curl ] || apt_install 'custom runtimes' curl || missing /usr/bin/curl
# Runtime clients of compiled languages are built in the tests; lambda_runtime needs a newer Rust than older distributions have.
command -v go >/dev/null 2>&1 || apt_install 'the Go runtime client' golang-go || missing go
command -v cargo >/dev/null 2>&1 || apt_install 'the Rust runtime client' cargo || missing cargo
command -v cmake >/dev/null 2>&1 && command -v g++ >/dev/null 2>&1 || apt_install 'the Node.js runtime client' cmake g++ make || missing cmake
# Java functions are compiled in the tests; the daemon fetches AWS's client for them with Maven.
[ -x /usr/bin/javac ] || apt_install 'Java functions' openjdk-17-jdk-headless || missing /usr/bin/javac
[ -x /usr/bin/mvn ] || apt_install 'Java functions' maven || missing /usr/bin/mvn
# Ruby's client is tried with whatever version the distribution has.
[ -x /usr/bin/ruby ] || apt_install 'Ruby functions' ruby || missing /usr/bin/ruby
