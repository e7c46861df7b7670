#!/usr/bin/env bash
# Set up the project, make a few rooms, build questions from them, print some, audit them, and write the report.
# `make demo` calls it.
set -euo pipefail
cd "$(dirname "$0")/.."

run() {
    printf '\n$ %s\n' "$*"
    ".venv/bin/$@"
}

SECONDS=0
make --no-print-directory --silent .venv/ready
set_up=$SECONDS

SECONDS=0
rm -rf demo
run vsidata synth demo/scans-root --scenes 6 --seed 3 --frames 90
run vsidata build --scannet-root demo/scans-root --out demo/vsi100k --holdout 20%
run vsidata sample demo/vsi100k -n 5
run vsidata audit demo/vsi100k
run vsidata report demo/vsi100k
job=$SECONDS

printf '\nSet-up took %s s, the demo %s s.\n' "$set_up" "$job"
printf 'Open demo/vsi100k/report/index.html in a browser: it shows every room, question and answer with its evidence.\n'
printf 'demo/vsi100k/README.md describes the build, qa/ contains its questions, and demo/scans-root contains the rooms.\n'
