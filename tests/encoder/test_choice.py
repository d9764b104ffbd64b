import json
import socket
import subprocess
import sys
import time

import pytest

from encoder import clean_name, default_encoder_name, hub_answers
from encoder.choice import choose, is_local
from tests.warm import python


@pytest.fixture
def silent_hub(monkeypatch):
    """A hub that takes the connection and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{server.getsockname()[1]}")
        yield


def test_a_hub_that_never_answers_is_given_up_in_time(silent_hub):
    started = time.monotonic()
    assert not hub_answers(0.5)
    assert time.monotonic() - started < 20


def test_a_hub_that_answers_is_believed(httpd, monkeypatch):
    monkeypatch.setenv("HF_ENDPOINT", httpd)
    assert hub_answers(60, "some/model")
    assert not hub_answers(60, "no/model")


def test_the_environment_names_the_encoder(monkeypatch):
    monkeypatch.setenv("ENCODER", "offline")
    assert default_encoder_name() == "offline"
    assert choose() == ("offline", None)
    monkeypatch.delenv("ENCODER")
    assert default_encoder_name() == "openai/clip-vit-base-patch32"


def test_a_folder_is_used_without_asking_the_hub(silent_hub, tiny_clip, monkeypatch):
    monkeypatch.setenv("ENCODER", str(tiny_clip))
    assert choose() == (str(tiny_clip), None)


def test_nonsense_is_not_taken_for_a_model_here():
    assert not is_local("a b c/d/e")


def test_a_blank_encoder_in_the_environment_is_none(monkeypatch):
    for blank in ("", "  ", '""'):
        monkeypatch.setenv("ENCODER", blank)
        assert default_encoder_name() == "openai/clip-vit-base-patch32"
    monkeypatch.setenv("ENCODER", " Offline ")
    assert default_encoder_name() == "offline"


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ("openai/clip-vit-base-patch32/", "openai/clip-vit-base-patch32"),
        (
            "https://huggingface.co/google/siglip2-base-patch16-224/tree/main",
            "google/siglip2-base-patch16-224",
        ),
        ("huggingface.co/openai/clip-vit-base-patch32?x=1", "openai/clip-vit-base-patch32"),
        ("http://hf.co/openai/clip-vit-base-patch32", "openai/clip-vit-base-patch32"),
        ("hf://openai/clip-vit-base-patch32", "openai/clip-vit-base-patch32"),
        ("/no/such/folder/", "/no/such/folder"),
        ("file:///no/such%20folder", "/no/such folder"),
    ],
)
def test_every_spelling_of_a_name_becomes_one(name, clean):
    assert clean_name(name) == clean


def run_command(*arguments, head=None):
    command = [*(head or python()), "-m", "encoder", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=120)


def test_the_command_says_what_a_model_is(tiny_clip):
    done = run_command(str(tiny_clip), "--device", "cpu", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    facts = json.loads(done.stdout)
    assert (facts["kind"], facts["dimension"], facts["text_tokens"]) == ("clip", 24, 77)
    assert "dimension: 24\n" in run_command(str(tiny_clip), "--device", "cpu").stdout


def test_the_command_names_the_offline_encoder_where_nothing_else_is_and_says_why(monkeypatch):
    monkeypatch.delenv("ENCODER", raising=False)
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setenv("HF_HOME", "/nonexistent")
    done = run_command(head=[sys.executable])  # the hub's library reads HF_... when imported
    assert done.returncode == 0
    assert "name: offline\n" in done.stdout
    assert "not CLIP" in done.stderr


def test_the_command_refuses_a_folder_that_is_no_model_in_one_sentence(tmp_path):
    done = run_command(str(tmp_path))
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.count("\n") == 1
    assert "holds no config.json" in done.stderr


def test_importing_the_package_loads_no_model_library():
    code = "import encoder, sys; print(sorted({'torch', 'transformers'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
