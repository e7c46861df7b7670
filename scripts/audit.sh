#!/usr/bin/env bash
# Look up known vulnerabilities of the installed packages with pip-audit. `make audit` calls it. The exit status is 1
# if it finds one. Without a network, or with an index that does not answer such requests, it prints that and exits
# with 0.
set -euo pipefail
cd "$(dirname "$0")/.."

say() { printf 'audit: %s\n' "$*"; }

tool=.venv/audit # its own environment: the tool's dependencies are not part of this project
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

# pip-audit exits with 1 if it found something, and also if no server answered. The report shows which.
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
    fixed = ", ".join(fault["fix_versions"]) or "no version yet"
    print(f"audit: {package['name']} {package['version']}: {fault['id']}, fixed in {fixed}")
print(f"audit: known vulnerabilities: {len(faults)}; packages: {len(known)} checked, {len(packages) - len(known)} unknown")
sys.exit(bool(faults))
REPORT
