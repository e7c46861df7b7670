"""`vsidata` as a user runs it, in a process of its own."""

import os
import subprocess
import sys


def vsidata(*arguments, **environment):
    command = [sys.executable, "-c", "from vsidata.cli import main; main()", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, env=os.environ | environment)
