#!/usr/bin/env bash
# Runs a test against the bundled target: demo.sh SQUALL TEST. The target listens on a free loopback port and is always stopped.
set -euo pipefail
squall=$1
test=$2
work=$(mktemp -d)
target=

cleanup() {
  if [ -n "$target" ]; then
    kill "$target" 2>/dev/null || true
    wait "$target" 2>/dev/null || true
  fi
  rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# Its own process group, so that Ctrl-C stops the load first and the target after the last answer.
set -m
"$squall" target --http 127.0.0.1:0 --ready-file "$work/url" >"$work/target.log" 2>&1 &
target=$!
set +m

for _ in $(seq 200); do
  [ -s "$work/url" ] && break
  if ! kill -0 "$target" 2>/dev/null; then
    echo "error: the bundled target did not start" >&2
    cat "$work/target.log" >&2
    exit 1
  fi
  sleep 0.05
done
[ -s "$work/url" ] || { echo "error: the bundled target was not ready after 10 s" >&2; exit 1; }
url=$(head -n 1 "$work/url")
url=${url%/}

echo "target: $url"
echo "test:   $test (SQUALL_TARGET=$url $squall run $test)"
echo
status=0
SQUALL_TARGET=$url "$squall" run "$test" || status=$?
newest=$(find .squall/runs -mindepth 1 -maxdepth 1 -type d -newer "$work/url" 2>/dev/null | sort | tail -n 1)
if [ -n "$newest" ]; then
  echo
  echo "The run is stored in $newest: $(cd "$newest" && echo *)"
fi
exit "$status"
