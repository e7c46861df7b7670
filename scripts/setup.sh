#!/usr/bin/env bash
# Set up .venv with this project and the packages that it needs. The argument `train` adds the packages for training,
# `docs` those for the documentation, `dev` all of them and those for the tests.
# It can be repeated. `make` calls it when pyproject.toml or this script has changed.
set -euo pipefail
cd "$(dirname "$0")/.."

say() { printf 'set-up: %s\n' "$*"; }

python=${PYTHON:-python3}
"$python" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' || {
    say "$("$python" --version) is not supported. Pass Python 3.11, 3.12 or 3.13: make PYTHON=python3.11 …"
    exit 1
}

if [ ! -x .venv/bin/pip ]; then
    say "the virtual environment .venv"
    "$python" -m venv .venv || {
        say "on Debian: apt-get install python3-venv"
        exit 1
    }
fi

case "${1:-}" in
"" | docs) size=2 ;;
*) size=8 ;;
esac
say "the packages (up to $size GB the first time)"
.venv/bin/python scripts/install.py --editable ".${1:+[$1]}"

# open3d's wheel does not contain these libraries. Importing open3d shows whether the system has them.
libraries="libusb-1.0-0 libegl1 libgl1 libgomp1"
if ! fault=$(.venv/bin/python -c 'import open3d' 2>&1); then
    install="apt-get update && apt-get install --yes --no-install-recommends $libraries"
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        say "the system libraries $libraries"
        DEBIAN_FRONTEND=noninteractive bash -c "$install" >.venv/apt.log 2>&1 || {
            tail -n 5 .venv/apt.log
            say "apt-get failed. The whole log is in .venv/apt.log"
            exit 1
        }
        .venv/bin/python -c 'import open3d'
    else
        printf '%s\n' "$fault" | tail -n 1
        say "open3d lacks a system library. On Debian or Ubuntu, install it with:"
        say "  sudo sh -c '$install'"
        exit 1
    fi
fi

# Some tests open a report in a browser. Without a browser, these tests are skipped.
browser="chromium chromium-driver"
if [ "${1:-}" = dev ] && ! { command -v chromium && command -v chromedriver; } >/dev/null; then
    install="apt-get update && apt-get install --yes --no-install-recommends $browser"
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        say "a browser for the tests: $browser"
        DEBIAN_FRONTEND=noninteractive bash -c "$install" >.venv/apt-browser.log 2>&1 ||
            say "apt-get failed (.venv/apt-browser.log): the tests that need a browser will be skipped"
    else
        say "the tests that need a browser will be skipped. On Debian, install one with:"
        say "  sudo sh -c '$install'"
    fi
fi

touch .venv/ready
case "${1:-}" in
train) touch .venv/ready-train ;;
docs) touch .venv/ready-docs ;;
dev) touch .venv/ready-train .venv/ready-docs .venv/ready-dev ;; # dev contains the packages of both
esac
