"""Run `vsidata` as a user does, in this process or in a separate process if a test needs one."""

import io
import os
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from unittest.mock import patch

from vsidata.analysis.blind import forest, guess
from vsidata.commands.app import main


def vsidata(*arguments: object) -> subprocess.CompletedProcess[str]:
    """Run the command in this process, and keep its output and its exit status."""
    words = ["vsidata", *map(str, arguments)]
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True) for _ in range(2))
    code = 0
    with redirect_stdout(out), redirect_stderr(err), patch.object(sys, "argv", words):
        try:
            main()
        except SystemExit as end:
            code = int(end.code or 0)
    printed = [stream.buffer.getvalue().decode() for stream in (out, err)]
    return subprocess.CompletedProcess(words, code, *printed)


def vsidata_alone(*arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command in a separate process, with as many trees and partitions as this process has."""
    code = (
        "from vsidata.analysis.blind import forest, guess; from vsidata.analysis.audit import audit; "
        f"forest.TREES = audit.TREES = {forest.TREES}; guess._MOST_PARTITIONS = {guess._MOST_PARTITIONS}; "
        "from vsidata.commands.app import main; main()"
    )
    command = [sys.executable, "-c", code, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, env=os.environ | environment)
