"""Every command alike: exit codes in --help, one sentence a refusal, no traceback."""

import json
import os
import shlex
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from commandline import run_program
from explorer.__main__ import parser
from tests.browser.harness import ROOT
from tests.warm import python
from vecdb import connect

COMMANDS = ["explorer", "vecdb", "ingest", "tuning", "encoder"]


def call(*arguments: str, **options) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, **options}
    return subprocess.run(
        [*python(), "-m", *arguments],
        cwd=ROOT, env=env, capture_output=True, text=True, timeout=120,
    )  # fmt: skip


@pytest.mark.parametrize("command", [*COMMANDS, "ingest.embed", "sample", "docs.screenshots"])
def test_help_lists_the_exit_codes(command):
    answer = call(command, "--help")
    assert answer.returncode == 0
    assert "exit codes: 0 done, 1 not possible, 2 bad usage, 130 stopped" in " ".join(
        answer.stdout.split()
    )


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["explorer", "search", "dog", "-k", "-3", "--json"], 2),
        (["explorer", "search", "dog", "--table", "nowhere", "--json"], 1),
        (["explorer", "classes", "--out", "-", "--json"], 2),
        (["explorer", "export", "dog", "--out", "-", "--format", "csv", "--json"], 2),
        (["explorer", "labels", "export", "dog", "--out", "-", "--json"], 2),
        (["explorer", "truth", "dog", "--out", "-", "--json"], 2),
        (["explorer", "search", "dog", "--copy-to", "-", "--json"], 2),
        (["tuning", "captions", "sample/SOURCES.csv", "--out", "-", "--json"], 2),
        (["tuning", "model", "a.lance", "--out", "-", "--json"], 2),
        (["classifier.benchmark", "a.npz", "--plot", "-", "--json"], 2),
        (["vecdb", "status", "--table", "nowhere", "--json"], 1),
        (["vecdb", "search", "dog", "--table", "nowhere", "--json"], 1),
        (["ingest", "/no/such/folder", "--json"], 2),
        (["ingest", "sample/SOURCES.csv", "--table", "labels", "--json"], 1),
        (["encoder", "/no/such/folder", "--json"], 1),
        (["classifier.benchmark", "/no/such.npz", "--json"], 1),
        (["classifier.benchmark", "/no/such.npz", "--rounds", "0", "--json"], 2),
        (["encoder.benchmark", "--device", "abacus", "--json"], 1),
        (["encoder.benchmark", "--pictures", "0", "--json"], 2),
        (["ingest.benchmark", "/no/such/folder", "--json"], 1),
        (["ingest.benchmark.embedding", "/no/such/folder", "--json"], 1),
        (["tuning.benchmark", "/no/such.npz", "--json"], 1),
        (["tuning.benchmark", "/no/such.npz", "--seeds", "0", "--json"], 2),
        (["vecdb.benchmark", "--rows", "0", "--json"], 2),
        (["vecdb.benchmark", "--rows", "500", "--json"], 2),
        (["vecdb.benchmark.plan", "--photos", "0", "--json"], 2),
    ],
)
def test_a_refusal_is_one_sentence_and_json_where_that_is_asked_for(
    tmp_path: Path, arguments, code
):
    answer = call(*arguments, VECDB_DSN=f"chdb://{tmp_path}/db", ENCODER="offline")
    assert answer.returncode == code, answer.stderr
    sentence = json.loads(answer.stdout)["error"]
    assert sentence.endswith(".")
    assert "Traceback" not in answer.stderr


LATIN = os.fsdecode(b"caf\xe9")  # as a terminal that is not of UTF-8 sends it


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["explorer", "labels", "import", "README.md", "--concept", LATIN], 2, "in UTF-8"),
        (["explorer", "open", "a.npz", "--name", LATIN], 2, "in UTF-8"),
        (["explorer", "delete", LATIN, "b"], 2, "in UTF-8"),
        (["tuning", "captions", "sample", "--template", LATIN + "{}", "--out", "x"], 2, "in UTF-8"),
        (["explorer", "labels", "import", LATIN, "--concept", "a"], 1, "does not exist"),
    ],
)
def test_what_is_no_utf_8_is_refused_and_a_file_called_so_is_named(tmp_path, arguments, code, said):
    settings = {"VECDB_DSN": f"chdb://{tmp_path}/db", "PYTHONIOENCODING": "utf-8:strict"}
    answer = call(*arguments, "--json", **settings)
    assert answer.returncode == code, answer.stderr
    assert said in json.loads(answer.stdout)["error"]
    assert "Traceback" not in answer.stderr


@pytest.mark.parametrize("word", ["-eagle", "-hen", "-kite", "-käfer", "-hot dog"])
def test_a_phrase_that_reads_as_an_option_is_told_how_it_is_written(capsys, word):
    for words in ([word], ["bird", word], ["bird", "--without", word]):
        with pytest.raises(SystemExit):
            parser().parse_args(["search", *words])
        assert f"write --without {shlex.quote(word[1:])}" in capsys.readouterr().err


@pytest.mark.parametrize("words", [["-bald eagle"], ["--", "-eagle"], ["-k5", "a -b"]])
def test_other_phrases_with_a_minus_are_read(words):
    assert parser().parse_args(["search", *words]).text


@pytest.mark.parametrize("kilobytes", [1_000_000, 2_000_000, 4_000_000])
@pytest.mark.parametrize(
    "command",
    [*(f"{name} --json" for name in COMMANDS), "sample", "ingest.embed", "streamlit run app.py"],
)
def test_too_little_address_space_is_one_sentence_before_anything_else(command, kilobytes):
    answer = subprocess.run(
        ["bash", "-c", f"ulimit -v {kilobytes}; exec {sys.executable} -m {command}"],
        cwd=ROOT, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert answer.returncode == 1
    assert answer.stderr.startswith("This program needs 8 GiB of address space: this process may")
    assert "lift the limit with `ulimit -v unlimited`" in answer.stderr
    assert answer.stderr.count("\n") == 1
    if "--json" in command:
        assert json.loads(answer.stdout)["error"] == answer.stderr.strip()


def test_an_answer_nobody_reads_to_its_end_is_no_traceback(tmp_path: Path):
    dsn = f"chdb://{tmp_path}/db"
    ids = [f"photo {at} with a name that fills the pipe" for at in range(5000)]
    vectors = np.random.default_rng(0).normal(size=(5000, 8)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    with connect(dsn) as database:
        collection = database.create_collection("things", "offline", 8)
        collection.insert(pa.table({"id": ids, "url": ids, "vector": list(vectors)}))
    command = [sys.executable, "-m", "vecdb", "search", "--like", ids[0], "-k", "5000", "--json"]
    env = {**os.environ, "VECDB_DSN": dsn, "VECDB_TABLE": "things"}
    with subprocess.Popen(
        command, cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        assert len(running.stdout.read(20)) == 20
        running.stdout.close()
        assert running.stderr.read() == b""


@pytest.mark.parametrize("arguments", [["vecdb", "status"], ["vecdb", "status", "--json"]])
def test_an_answer_that_a_full_disk_takes_no_more_of_is_one_sentence(tmp_path: Path, arguments):
    with open("/dev/full", "w") as full:
        ran = subprocess.run(
            [sys.executable, "-m", *arguments],
            cwd=ROOT, env={**os.environ, "VECDB_DSN": f"chdb://{tmp_path}/db"},
            stdout=full, stderr=subprocess.PIPE, text=True, timeout=120,
        )  # fmt: skip
    assert ran.returncode == 1
    assert ran.stderr == "No space left on device: make room, then do this again.\n"


def test_a_command_started_without_streams_does_its_work(tmp_path: Path):
    command = shlex.join([sys.executable, "-m", "vecdb", "status"])
    env = {**os.environ, "VECDB_DSN": f"chdb://{tmp_path}/db"}
    for closed in (">&-", "2>&-", "<&- >&- 2>&-"):
        ran = subprocess.run(f"{command} {closed}", shell=True, cwd=ROOT, env=env, timeout=120)
        assert ran.returncode == 0


@pytest.mark.parametrize(
    ("words", "sentence"), [([], "Stopped."), (["run it again."], "Run it again.")]
)
def test_an_interrupt_ends_with_130_and_a_word(capsys, words, sentence):
    def interrupted(arguments):
        raise KeyboardInterrupt(*words)

    for arguments in ([], ["--json"]):
        assert run_program(interrupted, arguments=arguments) == 130
        printed = capsys.readouterr()
        assert printed.err == f"{sentence}\n"
        assert printed.out == (f'{{"error": "{sentence}"}}\n' if arguments else "")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize(
    "command",
    [*COMMANDS, "ingest.embed", "sample", "classifier.benchmark", "vecdb.benchmark.plan"],
)
def test_a_signal_while_libraries_load_ends_with_130_and_a_word(command, number):
    words = [sys.executable, "-X", "importtime", "-m", command, "--json"]
    with subprocess.Popen(
        words, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as running:
        assert running.stderr is not None
        assert any("commandline.loading" in line for line in running.stderr)
        running.send_signal(number)
        told, said = running.communicate(timeout=60)
    assert running.returncode == 130
    assert json.loads(told) == {"error": "Stopped."}
    assert [line for line in said.splitlines() if "import time:" not in line] == ["Stopped."]


HALF_LOADED = """
import os, signal, sys, types
sys.argv = ["-m", "--json"]
import commandline.loading
sys.modules["json"] = types.ModuleType("json")
os.kill(os.getpid(), signal.SIGINT)
"""


def test_a_signal_while_json_itself_loads_is_answered():
    words = [sys.executable, "-c", HALF_LOADED]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (130, "Stopped.\n")
    assert json.loads(done.stdout) == {"error": "Stopped."}


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_to_a_running_command_is_an_interrupt(capsys, number):
    before = {one: signal.getsignal(one) for one in (signal.SIGINT, signal.SIGTERM)}

    def stopped(arguments):
        os.kill(os.getpid(), number)

    # Ray, in a test before, answers SIGTERM in its own way.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    try:
        assert run_program(stopped) == 130
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)
    assert capsys.readouterr().err == "Stopped.\n"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("no such thing", "No such thing."),
        ("stopped.", "Stopped."),
        ("nope.csv does not exist.", "nope.csv does not exist."),
        ("data/nope does not exist", "data/nope does not exist."),
        ("photos__look is not complete", "photos__look is not complete."),
        ("maine exists: remove it", "maine exists: remove it."),
        ("maine: no photo", "maine: no photo."),
    ],
)
def test_a_refusal_begins_with_a_capital_but_for_a_name(capsys, text, sentence):
    def refuse(arguments):
        raise ValueError(text)

    assert run_program(refuse, ValueError, arguments=["--json", "--out", "maine"]) == 1
    assert json.loads(capsys.readouterr().out)["error"] == sentence


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (FileNotFoundError(2, "No such file or directory", "/a/b.csv"), "/a/b.csv: No such file"),
        (OSError(28, "No space left on device"), "No space left on device: make room"),
        (OSError("the disk is gone"), "The disk is gone."),
    ],
)
def test_what_the_system_refuses_is_told_without_its_number(capsys, error, sentence):
    def refuse(arguments):
        raise error

    assert run_program(refuse, OSError, arguments=["--json"]) == 1
    assert json.loads(capsys.readouterr().out)["error"].startswith(sentence)


@pytest.mark.parametrize(
    "arguments",
    [
        ["vecdb", "status", "--json"],
        ["explorer", "search", "dog", "--json"],
        ["explorer", "classes", "--help"],
        ["ingest", "sample/SOURCES.csv", "--limit", "1", "--json"],
        ["ingest.embed", "--help"],
        ["tuning", "--help"],
        ["tuning.benchmark", "--help"],
        ["encoder", "offline", "--json"],
        ["classifier.benchmark", "--help"],
        ["classifier.benchmark.coverage", "--runs", "1"],
        ["encoder.benchmark", "--help"],
        ["tuning.benchmark.mining", "--help"],
        ["vecdb.benchmark", "--help"],
        ["sample"],
    ],
    ids=" ".join,
)
def test_no_command_minds_that_nobody_reads_its_answer(tmp_path: Path, arguments):
    env = {
        **os.environ,
        "VECDB_DSN": f"chdb://{tmp_path}/db",
        "VECDB_STORE": str(tmp_path / "store"),
        "ENCODER": "nobody/offers-this" if arguments == ["sample"] else "offline",
        "HF_HUB_OFFLINE": "1",
    }
    reading, writing = os.pipe()
    os.close(reading)
    # One as a user starts it, for what Python itself says of a broken pipe when it ends.
    head = [sys.executable] if arguments[0] == "vecdb" else python()
    command = [*head, "-m", *arguments]
    ran = subprocess.run(
        command, cwd=ROOT, env=env, stdout=writing, stderr=subprocess.PIPE, text=True, timeout=120
    )
    os.close(writing)
    assert "Traceback" not in ran.stderr
    assert "BrokenPipe" not in ran.stderr
