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
  for place in ${PATH//:/ } /usr/sbin /usr/local/sbin /usr/lib/postgresql/*/bin; do
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
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install --yes --quiet --no-install-recommends "$@"
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

if [ ${#missing[@]} != 0 ]; then
  note 'note: these servers are not installed, the tests that need them are skipped:'
  printf '  %s\n' "${missing[@]}" >&2
fi
exit 0
