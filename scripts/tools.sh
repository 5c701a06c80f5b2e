#!/usr/bin/env bash
# Checks that the tools for building are here and new enough. Names all that are missing at once, each with the command that
# installs it. Prints nothing when everything is there.
set -u
cd "$(dirname "$0")/.." || exit 1
python=${PYTHON:-python3}
missing=0

# The package manager's command for a package that is called differently in each: Debian, Fedora, Arch, Alpine, macOS.
install() {
  if command -v apt-get >/dev/null; then echo "sudo apt-get install $1"
  elif command -v dnf >/dev/null; then echo "sudo dnf install $2"
  elif command -v pacman >/dev/null; then echo "sudo pacman -S $3"
  elif command -v apk >/dev/null; then echo "sudo apk add $4"
  elif command -v brew >/dev/null; then echo "brew install $5"
  else echo "install $1 with the package manager of your system"
  fi
}

missing() {
  printf 'error: %s\n  hint: %s\n' "$1" "$2" >&2
  missing=1
}

# True when version $1 is at least version $2.
at_least() { [ "$(printf '%s\n%s\n' "$2" "$1" | sort -V | head -n 1)" = "$2" ]; }

rustup_hint="curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh"
wanted=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' Cargo.toml | head -n 1)
if ! command -v cargo >/dev/null; then
  missing "\`cargo\` is not installed; Rust $wanted or newer is needed" "$rustup_hint"
else
  found=$(cargo --version | awk '{print $2}')
  at_least "$found" "$wanted" || missing "Rust is $found, $wanted or newer is needed" "rustup update stable, or: $rustup_hint"
  cargo fmt --version >/dev/null 2>&1 || missing "\`rustfmt\` is not installed" "rustup component add rustfmt"
  cargo clippy --version >/dev/null 2>&1 || missing "\`clippy\` is not installed" "rustup component add clippy"
fi

if ! command -v "$python" >/dev/null; then
  missing "\`$python\` is not installed; Python 3.10 or newer is needed" "$(install 'python3 python3-venv' python3 python python3 python@3.13)"
else
  found=$("$python" -c 'import platform; print(platform.python_version())')
  at_least "$found" 3.10 || missing "\`$python\` is $found, Python 3.10 or newer is needed" \
    "$(install 'python3.12 python3.12-venv' python3.12 python python3 python@3.13), then: make PYTHON=python3.12 …"
  "$python" -c 'import ensurepip, venv' 2>/dev/null || missing "\`$python\` has no \`venv\` module" \
    "$(install python3-venv python3 python python3 python@3.13)"
fi

if ! command -v cc >/dev/null && ! command -v gcc >/dev/null; then
  missing "\`gcc\` is not installed; Rust links with it" "$(install 'gcc libc6-dev' gcc gcc 'gcc musl-dev' gcc)"
fi

exit $missing
