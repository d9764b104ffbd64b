"""The programs in docs/ run as they stand there, and README's commands are commands."""

import contextlib
import functools
import importlib.util
import io
import os
import re
import runpy
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image
from starlette.applications import Starlette

from api import routes
from explorer import Explorer
from tests.api.conftest import serving
from tests.browser.harness import ROOT, environment
from tests.warm import python

PAGES = sorted(
    str(path.relative_to(ROOT))
    for path in [*ROOT.glob("README.md"), *ROOT.glob("CONTRIBUTING.md"), *ROOT.glob("docs/**/*.md")]
)
LINK = re.compile(r"\]\((?!https?:)([^)#]*)(?:#([^)]*))?\)")
INLINE = re.compile(r"`[^`\n]*(python -m [^`\n]+)`")
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)


def blocks(name: str, kind: str) -> list[str]:
    text = (ROOT / name).read_text("utf-8")
    return [code for language, code in BLOCK.findall(text) if language == kind]


def run(program: str, folder: Path, data: Path) -> str:
    env = {**os.environ, **environment(data, "sample")}
    answer = subprocess.run(
        [*python(), "-c", program],
        cwd=folder, env=env, capture_output=True, text=True, timeout=240, check=False,
    )  # fmt: skip
    assert answer.returncode == 0, answer.stderr
    return answer.stdout


@pytest.mark.slow
def test_the_programs_of_docs_python_mine_a_concept_and_open_its_database(sample_data: Path):
    mining, remote, reading = blocks("docs/python.md", "python")
    (sample_data / "photos").mkdir()
    for at, colour in enumerate(("red", "green", "blue")):
        Image.new("RGB", (64, 48), colour).save(sample_data / "photos" / f"{at}.jpg")
    said = run(mining, sample_data, sample_data)
    assert "3 photos added" in said
    yes = int(said.split(" yes,")[0].split()[-1])
    assert yes >= 20
    assert said.count("/bird/") >= 8
    assert "precision " in said
    assert (sample_data / "birds.csv").read_bytes().count(b"/bird/") >= 8
    # The same steps through the app lead to the same page, answers and matches.
    env = environment(sample_data, "sample")
    with Explorer(env["VECDB_DSN"], store=env["VECDB_STORE"]) as explorer:
        app = Starlette(routes=routes(explorer))
        with serving(app) as address:
            told = run(remote.replace("http://localhost:8501", address), sample_data, sample_data)
    assert told.splitlines()[1] == next(line for line in said.splitlines() if " yes, " in line)
    assert told.count("/bird/") >= 8
    (sample_data / "data").symlink_to(sample_data)
    assert "[(335,)]" in run(reading, sample_data, sample_data)


DOCS = ("ingest", "search", "classes", "database", "encoders", "tuning", "labels", "export")
COMMANDS = sorted(
    {
        line.split("#")[0].strip().lstrip("$ ")
        for name in ("README.md", *(f"docs/{name}.md" for name in DOCS))
        for block in blocks(name, "console")
        for line in block.splitlines()
        if line.startswith("$ ")
    }
)


@functools.cache
def help_of(*command: str) -> str:
    """Return what a command says of itself, asked once, in this process: there are fifty."""
    told = io.StringIO()
    with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stdout(told):
        patch.setattr(sys, "argv", [command[0], *command[1:], "--help"])
        patch.chdir(ROOT)
        for module in (command[0], f"{command[0]}.__main__"):  # runpy warns of what is there
            if not hasattr(sys.modules.get(module), "__path__"):
                patch.delitem(sys.modules, module, raising=False)
        with pytest.raises(SystemExit) as ended:
            runpy.run_module(command[0], run_name="__main__")
    assert ended.value.code == 0
    return told.getvalue()


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_that_the_docs_name_exists(command: str):
    check_command(command)


def check_command(command: str) -> None:
    for part in command.split("&&"):
        words = [word for word in part.split() if "=" not in word or word.startswith("-")]
        if words[:1] == ["make"]:
            assert re.search(rf"^{words[1]}:", (ROOT / "Makefile").read_text(), re.MULTILINE)
        elif "-m" in words:
            at = words.index("-m") + 1
            module, rest = words[at], words[at + 1 :]
            if module == "pytest":
                assert (ROOT / rest[0]).exists()
                continue
            kinds = 2 if rest[:1] in (["labels"], ["keywords"]) else 1
            sub = rest[:kinds] if module in {"explorer", "vecdb", "tuning"} else []
            options = [word for word in rest if word.startswith("--")]
            if not options and not sub:
                assert importlib.util.find_spec(module)
                continue
            told = help_of(module, *sub)
            for option in options:
                assert option in told


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES)
def test_a_command_within_a_sentence_exists(page: str):
    text = BLOCK.sub("", (ROOT / page).read_text("utf-8"))
    for command in INLINE.findall(text):
        check_command(command.replace("[", " ").replace("]", " "))


@pytest.mark.parametrize("page", PAGES)
def test_links_between_pages_lead_to_a_file_and_a_heading_of_it(page: str):
    for file, heading in LINK.findall((ROOT / page).read_text("utf-8")):
        aim = (ROOT / page).parent / file if file else ROOT / page
        assert aim.exists(), file
        if heading:
            titles = re.findall(r"^#+ (.+)$", aim.read_text("utf-8"), re.MULTILINE)
            assert heading in [re.sub(r"[^\w -]", "", t).lower().replace(" ", "-") for t in titles]


def test_cleaning_up_keeps_photos_and_labels():
    told = subprocess.run(["make", "-n", "clean"], cwd=ROOT, capture_output=True, text=True)
    assert told.returncode == 0
    assert "data" not in told.stdout.split()
