#!/usr/bin/env bash
# Tests each reporter against its real backend, and prints a table: what was tested against, how many tests passed, and what was
# skipped and why. Fails when a test fails. Backends that are missing are installed before, where they can be.
set -u
cd "$(dirname "$0")/.." || exit 1
bash scripts/test_servers.sh
out=$(mktemp -d) || exit 1
trap 'rm -rf "$out"' EXIT

echo 'building the tests of squall-reporters …' >&2
cargo test --quiet --locked -p squall-reporters --lib --no-run || exit 1

run() { cargo test --quiet --locked -p squall-reporters --lib -- --show-output "$1::" >"$out/$1" 2>&1; }
count() { grep -oE "[0-9]+ $2" "$out/$1" | tail -n 1 | cut -d' ' -f1; }

status=0
printf '%-12s %7s %7s %7s  %s\n' reporter passed failed seconds skipped
for folder in crates/squall-reporters/src/*/; do
  name=$(basename "$folder")
  grep -qs REGISTRATION "$folder/mod.rs" || continue
  start=$SECONDS
  run "$name" || status=1
  skipped=$(grep -h '^skipped' "$out/$name" | sort -u | tr '\n' ' ')
  printf '%-12s %7s %7s %7s  %s\n' "$name" "$(count "$name" passed)" "$(count "$name" failed)" $((SECONDS - start)) "${skipped:--}"
done
for name in contract hard_records hard_backends; do
  start=$SECONDS
  run $name || status=1
  skipped=$(grep -h '^skipped' "$out/$name" | sort -u | tr '\n' ' ')
  printf '%-12s %7s %7s %7s  %s\n' $name "$(count $name passed)" "$(count $name failed)" $((SECONDS - start)) "${skipped:--}"
done
start=$SECONDS
cargo test --quiet --locked -p squall-reporters --lib -- --show-output --ignored a_million_events >"$out/million" 2>&1 || status=1
printf '%-12s %7s %7s %7s  %s\n' 'a million' "$(count million passed)" "$(count million failed)" $((SECONDS - start)) '-'
if [ $status != 0 ]; then
  for file in "$out"/*; do
    if grep -q FAILED "$file"; then cat "$file"; fi
  done
fi
exit $status
