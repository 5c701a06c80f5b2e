#!/usr/bin/env bash
# Removes from a cargo target folder what was built of this workspace's own crates some days ago: prune_cache.sh FOLDER [DAYS].
# Cargo tells checkouts apart by their folder, so each new clone leaves a few gigabytes there that nobody uses again. What other people's
# crates became stays, as it is the same for all. A profile that cargo is just building in is left alone.
set -euo pipefail
shopt -s nullglob
folder=$1
days=${2:-3}

for prints in "$folder"/*/.fingerprint; do
  profile=${prints%/.fingerprint}
  exec 9>>"$profile/.cargo-lock"
  flock --nonblock 9 || continue
  rm -rf "$profile/incremental"
  for print in "$prints"/squall-*; do
    [ -z "$(find "$print" -mtime "-$days" -print -quit)" ] || continue
    # The fingerprint goes last: with it, cargo would take the rest for granted.
    hash=${print##*-}
    rm -rf "$profile"/{deps,examples}/*-"$hash"{,.*} "$profile/build/"*-"$hash" "$print"
  done
  exec 9>&-
done
