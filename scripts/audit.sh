#!/usr/bin/env bash
# Known vulnerabilities of the installed packages, as pip-audit looks them up. `make audit` calls it. Ends with 1
# where there is one. Where nothing can be looked up, for want of a network or of an index that answers such
# questions, it says so and nothing has failed.
set -euo pipefail
cd "$(dirname "$0")/.."

say() { printf 'audit: %s\n' "$*"; }

tool=.venv/audit # an environment of its own: what the tool needs is no part of this project
found=$(mktemp)
trap 'rm -f "$found"' EXIT
if [ ! -x $tool/bin/pip-audit ]; then
    .venv/bin/python -m venv $tool
    if ! $tool/bin/pip install --quiet --quiet --disable-pip-version-check pip-audit; then
        rm -rf $tool
        say "skipped: pip-audit cannot be installed from here"
        exit 0
    fi
fi

# Its exit status is 1 both where it found something and where nobody answered: the report tells which.
$tool/bin/pip-audit --path .venv/lib/python*/site-packages --skip-editable --progress-spinner off --timeout 15 \
    --format json --output "$found" 2>/dev/null || true

.venv/bin/python - "$found" <<'REPORT'
import json
import sys
from pathlib import Path

text = Path(sys.argv[1]).read_text()
packages = json.loads(text)["dependencies"] if text else []
known = [package for package in packages if "vulns" in package]
if not known:
    sys.exit(print("audit: skipped: vulnerabilities cannot be looked up from here"))
faults = [(package, fault) for package in known for fault in package["vulns"]]
for package, fault in faults:
    mended = ", ".join(fault["fix_versions"]) or "none yet"
    print(f"audit: {package['name']} {package['version']}: {fault['id']}, mended in {mended}")
print(f"audit: {len(faults)} known vulnerabilities in {len(known)} packages; {len(packages) - len(known)} not known there")
sys.exit(bool(faults))
REPORT
