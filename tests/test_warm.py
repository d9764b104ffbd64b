"""Forked commands behave as started ones do."""

import fcntl
import os
import signal
import subprocess
import sys

import pytest

from tests.warm import kill, python


@pytest.fixture(params=["forked", "started"])
def head(request):
    return python() if request.param == "forked" else [sys.executable]


@pytest.mark.parametrize(
    ("program", "code", "out", "err"),
    [
        ("import sys; print(sys.argv[1:], input())", 0, "['a b'] typed\n", ""),
        ("raise SystemExit(7)", 7, "", ""),
        ("raise SystemExit('a sentence')", 1, "", "a sentence\n"),
        ("import os; os.kill(os.getpid(), 9)", -9, "", ""),
        ("import os; print(os.getcwd(), os.environ['OWN'])", 0, "{tmp_path} given\n", ""),
        ("import atexit; atexit.register(print, 'last')", 0, "last\n", ""),
    ],
)
def test_a_command_has_what_it_was_given_and_ends_as_it_ends(
    head, program, code, out, err, tmp_path
):
    done = subprocess.run(
        [*head, "-c", program, "a b"],
        cwd=tmp_path, env={**os.environ, "OWN": "given"}, input="typed\n",
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (code, err)
    assert done.stdout == out.format(tmp_path=tmp_path)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_reaches_the_command(head, number):
    program = (
        f"import signal, time; signal.signal({number:d}, lambda *_: exit(5))\n"
        "print('ready', flush=True)\nwhile True: time.sleep(.05)"
    )
    with subprocess.Popen([*head, "-c", program], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        process.send_signal(number)
        assert process.wait(20) == 5


def test_a_killed_command_is_gone_at_once(tmp_path):
    program = """if True:
        import fcntl, signal, time
        signal.signal(signal.SIGUSR1, signal.SIG_IGN)
        held = open("lock", "w")
        fcntl.flock(held, fcntl.LOCK_EX)
        print(1, flush=True)
        time.sleep(60)
    """
    pipe = subprocess.PIPE
    with subprocess.Popen(
        [*python(), "-c", program], cwd=tmp_path, stdout=pipe, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline()
        kill(process)
    assert process.returncode == -signal.SIGKILL
    with (tmp_path / "lock").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)


def test_a_command_whose_head_is_killed_is_gone_soon():
    program = "import time; print(1, flush=True); time.sleep(60)"
    process = subprocess.Popen([*python(), "-c", program], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline()
    process.kill()
    assert process.stdout.read() == ""  # its end closes the pipe
    process.wait()
    process.stdout.close()
