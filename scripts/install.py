"""Install requirements into this Python's environment: with uv and pip's configuration, or with a new pip.

    .venv/bin/python scripts/install.py --editable '.[dev]'

A pip before 23.1 takes hours to resolve the packages of this project, uv takes seconds. But uv does not read
pip's configuration, so this script passes it on. Where uv cannot be installed, or pip has a setting that uv
lacks, pip is upgraded and installs the packages.
"""

import ast
import os
import subprocess
import sys
from collections.abc import Mapping
from importlib.util import find_spec

LISTS = {
    "constraint": "--constraints",
    "extra-index-url": "--index",
    "find-links": "--find-links",
    "no-binary": "--no-binary",
    "only-binary": "--only-binary",
    "trusted-host": "--allow-insecure-host",
}
"""Settings of pip that hold several values, with uv's option for one."""

SINGLE = {"index-url": "--default-index", "keyring-provider": "--keyring-provider"}
SWITCHES = {"no-index": ("--no-index",), "no-cache-dir": ("--no-cache",), "pre": ("--prerelease", "allow")}
VARIABLES = {
    "cert": ("SSL_CERT_FILE",),
    "client-cert": ("SSL_CLIENT_CERT",),
    "default-timeout": ("UV_HTTP_TIMEOUT",),
    "proxy": ("HTTP_PROXY", "HTTPS_PROXY"),
    "retries": ("UV_HTTP_RETRIES",),
    "timeout": ("UV_HTTP_TIMEOUT",),
}
WITHOUT_EFFECT = {
    "break-system-packages", "cache-dir", "compile", "config-file", "disable-pip-version-check",
    "exists-action", "log", "no-color", "no-compile", "no-input", "no-python-version-warning",
    "no-warn-conflicts", "no-warn-script-location", "prefer-binary", "progress-bar", "quiet",
    "require-virtualenv", "root-user-action", "user", "verbose", "yes",
}  # fmt: skip
"""Settings that do not change what is installed into a virtual environment, or where it comes from."""


def main(requirements: list[str]) -> None:
    """Install the requirements.

    Raises:
        SystemExit: the installation failed.
    """
    quiet = [] if sys.stderr.isatty() else ["--quiet"]
    settings = pip_settings()
    unknown = settings.keys() - {*LISTS, *SINGLE, *SWITCHES, *VARIABLES, *WITHOUT_EFFECT}
    if unknown:
        print(f"set-up: using pip, because uv has no option for pip's setting {', '.join(sorted(unknown))}")
    elif not has_uv():
        print("set-up: using pip, because uv cannot be installed. This takes several minutes.")
    else:
        uv = [sys.executable, "-m", "uv", "pip", "install", "--python", sys.executable, *quiet]
        uv.append("--compile-bytecode")  # as pip does; otherwise importing TRL takes 16 s, not 7
        environment = os.environ | variables(settings)
        command = [*uv, *options(settings), *requirements]
        sys.exit(subprocess.run(command, env=environment, check=False).returncode)  # noqa: S603
    if pip("install", "--quiet", "--quiet", "--upgrade", "pip").returncode:
        print("set-up: pip cannot be upgraded. A pip before 23.1 may take hours.")
    sys.exit(pip("install", *quiet, *quiet, *requirements).returncode)


def pip(*arguments: str, capture_output: bool = False) -> "subprocess.CompletedProcess[str]":
    """Run this environment's pip."""
    command = [sys.executable, "-m", "pip", *arguments]
    return subprocess.run(command, text=True, check=False, capture_output=capture_output)  # noqa: S603


def has_uv() -> bool:
    """Return whether uv is in this environment, after an attempt to install it."""
    found = find_spec("uv") is not None
    return found or not pip("install", "--quiet", "--quiet", "uv", capture_output=True).returncode


def pip_settings() -> dict[str, str]:
    """The settings of `pip install` by name, which pip reads from its files and from the environment."""
    listed = pip("config", "list", capture_output=True).stdout.splitlines()
    found: dict[str, dict[str, str]] = {"global": {}, "install": {}, ":env:": {}}
    for line in listed:
        key, _, value = line.partition("=")
        section, _, name = key.rpartition(".")
        if section in found:
            found[section][name.replace("_", "-")] = str(ast.literal_eval(value))
    return {**found["global"], **found["install"], **found[":env:"]}


def options(settings: Mapping[str, str]) -> list[str]:
    """The options of uv for pip's settings. All indexes count the same, as they do for pip."""
    given = ["--index-strategy", "unsafe-best-match"]
    for name, value in settings.items():
        if name in LISTS:
            for part in value.split():
                given += [LISTS[name], part]
        elif name in SINGLE:
            given += [SINGLE[name], value]
        elif name in SWITCHES and value.lower() in {"1", "true", "yes", "on", "y", "t"}:
            given += SWITCHES[name]
    return given


def variables(settings: Mapping[str, str]) -> dict[str, str]:
    """The environment variables of uv for pip's settings. Both trust the system's certificates."""
    given = {"UV_SYSTEM_CERTS": "true"}
    for name in ("CURL_CA_BUNDLE", "REQUESTS_CA_BUNDLE"):  # pip reads these, too
        if name in os.environ:
            given["SSL_CERT_FILE"] = os.environ[name]
    for name, value in settings.items():
        given |= dict.fromkeys(VARIABLES.get(name, ()), value)
    return given


if __name__ == "__main__":
    main(sys.argv[1:])
