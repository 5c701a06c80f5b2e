#!/usr/bin/env bash
# Installs the load generators that Squall is compared with, each where its registry has it: wrk and h2load with apt, shb and oha
# with cargo, k6 with go, Locust and mite with pip. Everything but the apt packages goes to bench/build. What cannot be installed
# is said at the end and is no error.
set -u
cd "$(dirname "$0")/.." || exit 1
build=$PWD/bench/build
peers=$build/peers
log=$build/peers.log
mkdir -p "$peers"
: >"$log"
report=()

# try NAME COMMAND…: runs the command, its output to the log.
try() {
  local name=$1
  shift
  printf 'installing %s …\n' "$name"
  if "$@" >>"$log" 2>&1; then report+=("$name: installed"); else report+=("$name: missing (\`$*\` failed, see bench/build/peers.log)"); fi
}

apt() {
  local name=$1 package=$2
  if command -v "$name" >/dev/null; then
    report+=("$name: $(command -v "$name")")
  elif ! command -v apt-get >/dev/null; then
    report+=("$name: missing (no apt-get here; install \`$package\` with the package manager of your system)")
  elif [ "$(id -u)" = 0 ]; then
    try "$name" apt-get install -y -q "$package"
  else
    report+=("$name: missing (sudo apt-get install $package)")
  fi
}

crate() {
  if [ -x "$peers/bin/$1" ]; then
    report+=("$1: already in bench/build")
  elif ! command -v cargo >/dev/null; then
    report+=("$1: missing (no cargo here)")
  else
    try "$1" cargo install --locked --root "$peers" --target-dir "$build/target-peers" "$1"
  fi
}

go_module() {
  if [ -x "$peers/bin/$1" ] || command -v "$1" >/dev/null; then
    report+=("$1: already installed")
  elif ! command -v go >/dev/null; then
    report+=("$1: missing (no go here)")
  else
    try "$1" env GOBIN="$peers/bin" go install "$2"
  fi
}

# in_venv NAME PACKAGE…: a command from PyPI in an environment of its own.
in_venv() {
  local name=$1
  shift
  if [ -x "$build/$name/bin/$name" ]; then
    report+=("$name: already in bench/build")
  else
    try "$name" new_venv "$name" "$@"
  fi
}

new_venv() {
  local place=$build/$1
  shift
  "${PYTHON:-python3}" -m venv "$place" && "$place/bin/pip" install --upgrade "$@"
}

# libcurl_headers: what mite's client is compiled with.
libcurl_headers() {
  command -v curl-config >/dev/null && return
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    try "headers of libcurl" apt-get install -y -q libcurl4-openssl-dev
  else
    report+=("headers of libcurl: missing (sudo apt-get install libcurl4-openssl-dev)")
  fi
}

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then apt-get update -q >>"$log" 2>&1; fi
apt wrk wrk
apt h2load nghttp2-client
crate shb
crate oha
go_module k6 go.k6.io/k6@latest
in_venv locust locust
libcurl_headers
in_venv mite mite acurl

printf '\n'
printf '%s\n' "${report[@]}"
