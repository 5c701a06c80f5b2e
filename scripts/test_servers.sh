#!/usr/bin/env bash
# Installs the servers that the reporters are tested against: what Debian has with apt-get, the rest in
# ${XDG_CACHE_HOME:-~/.cache}/squall-servers, built once per version. Says nothing when all is there. What cannot be had is said at the
# end with the reason and is no error: the tests that need it are skipped.
set -u
cd "$(dirname "$0")/.." || exit 1
cache=${XDG_CACHE_HOME:-$HOME/.cache}/squall-servers
log=$cache/install.log
missing=()
mkdir -p "$cache/bin" "$cache/stamps" || { printf 'note: %s cannot be written: no servers are installed\n' "$cache" >&2; exit 0; }

# Two at once would build into the same folders.
if command -v flock >/dev/null; then
  exec 9>"$cache/lock"
  flock 9
fi

note() { printf '%s\n' "$1" >&2; }

# timed TEXT COMMAND…: says what takes a while, and how long it took; the output goes to the log.
timed() {
  local text=$1 start=$SECONDS status=0
  shift
  printf '%s …' "$text" >&2
  printf '\n== %s\n' "$text" >>"$log"
  "$@" >>"$log" 2>&1 </dev/null || status=$?
  if [ $status = 0 ]; then note " $((SECONDS - start)) s"; else note " failed after $((SECONDS - start)) s"; fi
  return $status
}

# The last line of the log that says something, as the reason.
reason() { printf '%s; see %s' "$(grep -v '^$' "$log" | tail -n 1 | cut -c 1-150)" "$log"; }

# --- Debian's packages -------------------------------------------------------------------------------------------------------------

# package NAME PROGRAM: puts a package on the list when its program is not here. Debian keeps PostgreSQL's out of PATH.
wanted=()
package() {
  local place
  command -v "$2" >/dev/null && return
  for place in /usr/sbin /usr/local/sbin /usr/lib/postgresql/*/bin; do
    [ -x "$place/$2" ] && return
  done
  wanted+=("$1")
}

as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi; }

# Forbids packages to start their services, as long as they are installed: the tests start their own.
apt_install() (
  policy=/usr/sbin/policy-rc.d
  if [ ! -e $policy ]; then
    printf '#!/bin/sh\nexit 101\n' | as_root tee $policy >/dev/null && as_root chmod 755 $policy
    trap 'as_root rm -f $policy' EXIT
  fi
  as_root env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 install --yes --quiet --no-install-recommends "$@"
)

packages() {
  [ ${#wanted[@]} = 0 ] && return
  if ! command -v apt-get >/dev/null; then
    missing+=("${wanted[*]}: there is no apt-get here; install them with the package manager of your system")
    return
  fi
  if [ "$(id -u)" != 0 ] && ! sudo -n true 2>/dev/null; then
    missing+=("${wanted[*]}: only root may install them: sudo apt-get install --no-install-recommends ${wanted[*]}")
    return
  fi
  timed 'updating the list of packages' as_root apt-get update --quiet
  timed "installing ${wanted[*]}" apt_install "${wanted[@]}" && return
  # One that cannot be had must not keep the others away.
  local one
  for one in "${wanted[@]}"; do
    timed "installing $one" apt_install "$one" || missing+=("$one: $(reason)")
  done
}

# TimescaleDB is in none of the registries: neither Debian's packages nor any other has the extension for a real PostgreSQL. What npm
# has, PostgreSQL in WebAssembly with it, dies of COPY.
package postgresql postgres
package postgresql-client psql
package mariadb-server mariadbd
package mariadb-client mariadb
package redis-server redis-server
package redis-tools redis-cli
package prometheus prometheus
package prometheus-pushgateway prometheus-pushgateway
package graphite-carbon carbon-cache
packages

# --- from npm, Go's and Maven's registries: each once per version, into the cache ----------------------------------------------------

# cached NAME VERSION TOOL COMMAND…: runs the command, which makes NAME with TOOL, where that version was not made before.
cached() {
  local name=$1 version=$2 tool=$3 stamp=$cache/stamps/$1
  shift 3
  [ "$(cat "$stamp" 2>/dev/null)" = "$version" ] && return
  if ! command -v "$tool" >/dev/null; then
    missing+=("$name: \`$tool\` is not installed")
  elif timed "building $name $version" "$@" "$version"; then
    printf '%s\n' "$version" >"$stamp"
  else
    missing+=("$name: $(reason)")
  fi
}

statsd() {
  npm install --prefix "$cache/statsd" --omit=optional --ignore-scripts --no-audit --no-fund --loglevel=error "statsd@$1"
}

# 1.8.3 is the last influxd with /api/v2/write that needs nothing but Go.
influxd() { GOBIN=$cache/bin CGO_ENABLED=0 go install -ldflags '-s -w' "github.com/influxdata/influxdb/cmd/influxd@$1"; }

# Built in a copy: it asks for a file with its version that its module does not have.
ferretdb() (
  set -e
  place=$(go mod download -json "github.com/FerretDB/FerretDB@$1" | sed -n 's/^.*"Dir": "\(.*\)".*$/\1/p')
  copy=$(mktemp -d)
  trap 'rm -rf "$copy"' EXIT
  cp -R "$place/." "$copy"
  chmod -R u+w "$copy"
  printf '%s\n' "$1" >"$copy/build/version/version.txt"
  cd "$copy"
  CGO_ENABLED=0 go build -buildvcs=false -ldflags '-s -w' -o "$cache/bin/ferretdb" ./cmd/ferretdb
)

otelcol() (cd scripts/servers/otelcol && CGO_ENABLED=0 go build -buildvcs=false -trimpath -ldflags '-s -w' -o "$cache/bin/otelcol" .)

# The storage is formatted once. The broker starts once as well, so that Java keeps its loaded classes: later starts take half the time.
kafka() (
  set -e
  place=$cache/kafka
  rm -rf "$place"
  mkdir -p "$place"
  mvn --quiet --batch-mode --file scripts/servers/kafka.xml -Dkafka="${1%-*}" \
    org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies -DoutputDirectory="$place/libs"
  cp scripts/servers/kafka.properties "$place/server.properties"
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  port=$((10000 + RANDOM % 20000))
  sed "s|@PORT@|$port|; s|@CONTROLLER@|$((port + 1))|; s|@DATA@|$place/storage|" "$place/server.properties" >"$work/format.properties"
  sed "s|^log.dirs=.*|log.dirs=$work/data|" "$work/format.properties" >"$work/server.properties"
  java=(java -Xmx256m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -cp "$place/libs/*")
  "${java[@]}" kafka.tools.StorageTool format -t c3F1YWxsLXRlc3RzLTAwMQ -c "$work/format.properties"
  cp -R "$place/storage" "$work/data"
  "${java[@]}" -XX:ArchiveClassesAtExit="$place/classes.jsa" kafka.Kafka "$work/server.properties" >"$work/log" 2>&1 &
  broker=$!
  for _ in $(seq 300); do
    if grep -q 'Kafka Server started' "$work/log" || ! kill -0 $broker 2>/dev/null; then break; fi
    sleep 0.2
  done
  kill $broker
  # Java ends with 143 when it was asked to.
  wait $broker || [ $? = 143 ] || { cat "$work/log"; exit 1; }
)

# What is built from files of ours is built anew when they change.
checksum() { cat "$@" | cksum | cut -d ' ' -f 1; }

cached statsd 0.9.0 npm statsd
cached influxd v1.8.3 go influxd
cached ferretdb v1.24.2 go ferretdb
cached otelcol "v0.161.0-$(checksum scripts/servers/otelcol/*)" go otelcol
cached kafka "4.3.1-$(checksum scripts/servers/kafka.*)" mvn kafka

if [ ${#missing[@]} != 0 ]; then
  note 'note: these servers are not installed, the tests that need them are skipped:'
  printf '  %s\n' "${missing[@]}" >&2
fi
exit 0
