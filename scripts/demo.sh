#!/usr/bin/env bash
# From nothing to questions: set up, make a few rooms, build questions from them, print some, draw pages of all.
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

printf '\nSet-up took %s s, the job %s s.\n' "$set_up" "$job"
printf 'Look at demo/vsi100k/report/index.html in a browser: every room, question and answer with its evidence.\n'
printf 'demo/vsi100k/README.md says what is in the build, qa/ holds its questions, demo/scans-root the rooms.\n'
