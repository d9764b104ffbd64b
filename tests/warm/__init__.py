"""Python processes that need not import the libraries: forked off one that has.

`python()` stands at the head of a command in place of `sys.executable` and takes its `-m`, `-c` or
file; what follows sees arguments, folder, environment and open files as it always does, signals
are passed on, and its end is the command's. Only kill -9 reaches it a moment later: tests of what
a killed process leaves use `kill`. Those whose environment a library reads when it is imported
start it by `sys.executable`.
"""

import atexit
import os
import shlex
import signal
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

HERE = Path(__file__).parent
# Where the process to fork off listens, for those that share it.
PLACE = "TESTS_WARM_PARENT"


@cache
def python() -> list[str]:
    """Return the head of a command; the first call starts what the others are forked off."""
    return _head(os.environ.get(PLACE) or _start_parent())


def executable() -> str:
    """Return the path of a program that stands for `python()`, where a path is wanted."""
    return str(Path(python()[-1]).with_name("python"))


def share() -> None:
    """Let the processes that this one starts fork off one process, too."""
    os.environ[PLACE] = python()[-1]


def _head(place: str) -> list[str]:
    return [sys.executable, "-I", "-S", str(HERE / "command.py"), place]


def _start_parent() -> str:
    """Start what commands are forked off; return where it listens."""
    folder = tempfile.TemporaryDirectory(prefix="warm-")
    place = f"{folder.name}/socket"
    program = Path(folder.name) / "python"
    program.write_text(f'#!/bin/sh\nexec {shlex.join(_head(place))} "$@"\n')
    program.chmod(0o755)
    started = subprocess.Popen(
        [sys.executable, "-m", "tests.warm.parent", place],
        cwd=HERE.parent.parent,
        stdin=subprocess.PIPE,  # it ends with us, however we end
    )

    def end() -> None:
        started.terminate()
        started.wait()
        folder.cleanup()

    atexit.register(end)
    return place


def kill(process: subprocess.Popen) -> None:
    """Kill a command of `python()` as kill -9 does, and wait until it is gone."""
    process.send_signal(signal.SIGUSR1)
    process.wait()
