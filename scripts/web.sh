#!/usr/bin/env bash
# The front end in web/, with npm: web.sh build|lint|format|test. Where it cannot be built it says so and ends well: Rust is then built
# without the HTML report and the dashboard. Each HTML file in web/ is a page.
set -euo pipefail
cd "$(dirname "$0")/../web"
pages=(*.html)
pages=("${pages[@]/#/dist/}")

note() { printf 'note: %s\n' "$1" >&2; }

# Node.js 20.19 or newer, with npm.
has_node() {
  command -v npm >/dev/null && command -v node >/dev/null &&
    node -e 'const [major, minor] = process.versions.node.split(".").map(Number); process.exit(major > 20 || (major === 20 && minor >= 19) ? 0 : 1)'
}

if ! has_node; then
  if [ "$1" = build ]; then
    # A page of another version would be worse than none.
    rm -f "${pages[@]}"
    note "Node.js 20.19 or newer is not installed: squall is built without the HTML report and the dashboard"
  else
    note "Node.js 20.19 or newer is not installed: $1 of the HTML report and the dashboard is skipped"
  fi
  exit 0
fi

# Packages, exactly as the lock file says.
packages() {
  [ node_modules/.package-lock.json -nt package-lock.json ] && return
  npm ci --no-audit --no-fund --loglevel=error || return
  touch node_modules/.package-lock.json
}

if ! packages; then
  [ "$1" != build ] || rm -f "${pages[@]}"
  note "the packages of web/ cannot be installed: $1 of the HTML report and the dashboard is skipped"
  exit 0
fi

# Pages are only written where something changed, so that cargo does not build anew.
build() {
  local page
  for page in "${pages[@]}"; do
    if [ ! -e "$page" ] || [ -n "$(find src ./*.html package-lock.json vite.config.ts build.mjs -newer "$page" -print -quit)" ]; then
      npm run --silent build
      return
    fi
  done
}

# Chromium, installed where that takes no question.
chromium() {
  for place in "${CHROMIUM:-}" /usr/bin/chromium /usr/bin/chromium-browser /usr/bin/google-chrome /usr/bin/google-chrome-stable; do
    [ -n "$place" ] && [ -x "$place" ] && return
  done
  [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null && apt-get install --yes --quiet chromium >/dev/null 2>&1
}

case $1 in
  build) build ;;
  lint) npm run --silent lint ;;
  format) npm run --silent format ;;
  test)
    npm test --silent
    if chromium; then
      if ! node -e 'import("./browser/squall.mjs").then(({ squallPath }) => process.exit(squallPath() ? 0 : 1))'; then
        note "there is no squall with a dashboard: the page is tested without it (make build; or name one in SQUALL)"
      fi
      npm run --silent test:browser
    else
      note "Chromium is not installed: the pages are not tested in a browser (sudo apt-get install chromium)"
    fi
    ;;
esac
