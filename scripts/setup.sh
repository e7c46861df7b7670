#!/usr/bin/env bash
# Set up .venv with this project and what it needs; with the argument `train` or `dev`, what training or its tests
# need too.
# Repeating it is harmless; `make` calls it only where pyproject.toml is newer than what is installed.
set -euo pipefail
cd "$(dirname "$0")/.."

say() { printf 'set-up: %s\n' "$*"; }

python=${PYTHON:-python3}
"$python" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' || {
    say "$("$python" --version) will not do: Python 3.11, 3.12 or 3.13 is needed (make PYTHON=python3.11 …)"
    exit 1
}

if [ ! -x .venv/bin/pip ]; then
    say "the virtual environment .venv"
    "$python" -m venv .venv || {
        say "on Debian: apt-get install python3-venv"
        exit 1
    }
fi

say "the packages (about two minutes and 2 GB the first time)"
.venv/bin/pip install --quiet --quiet --disable-pip-version-check --editable ".${1:+[$1]}"

# open3d's wheel leaves these few libraries to the system; loading it is what tells whether they are there.
libraries="libusb-1.0-0 libegl1 libgl1 libgomp1"
if ! fault=$(.venv/bin/python -c 'import open3d' 2>&1); then
    install="apt-get update && apt-get install --yes --no-install-recommends $libraries"
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        say "the system libraries $libraries"
        DEBIAN_FRONTEND=noninteractive bash -c "$install" >.venv/apt.log 2>&1 || {
            tail -n 5 .venv/apt.log
            say "apt-get failed; the whole log is in .venv/apt.log"
            exit 1
        }
        .venv/bin/python -c 'import open3d'
    else
        printf '%s\n' "$fault" | tail -n 1
        say "open3d lacks a system library; on Debian or Ubuntu this line brings it:"
        say "  sudo sh -c '$install'"
        exit 1
    fi
fi

# The tests open a report in a browser; without one they are skipped, and say so.
browser="chromium chromium-driver"
if [ "${1:-}" = dev ] && ! { command -v chromium && command -v chromedriver; } >/dev/null; then
    install="apt-get update && apt-get install --yes --no-install-recommends $browser"
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        say "a browser for the tests: $browser"
        DEBIAN_FRONTEND=noninteractive bash -c "$install" >.venv/apt-browser.log 2>&1 ||
            say "apt-get failed (.venv/apt-browser.log): the tests that need a browser will be skipped"
    else
        say "the tests that need a browser will be skipped; on Debian this line brings one:"
        say "  sudo sh -c '$install'"
    fi
fi

touch .venv/ready
case "${1:-}" in
train) touch .venv/ready-train ;;
dev) touch .venv/ready-train .venv/ready-dev ;; # which has all that training needs
esac
