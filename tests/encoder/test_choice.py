import socket
import subprocess
import sys
import time

import pytest

from encoder import default_encoder_name, hub_answers
from encoder.choice import choose, is_local


@pytest.fixture
def silent_hub(monkeypatch):
    """A hub that takes the connection and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{server.getsockname()[1]}")
        yield


def test_a_hub_that_never_answers_is_given_up_in_time(silent_hub):
    started = time.monotonic()
    assert not hub_answers(0.5)
    assert time.monotonic() - started < 2


def test_a_hub_that_answers_is_believed(httpd, monkeypatch):
    monkeypatch.setenv("HF_ENDPOINT", httpd)
    assert hub_answers(5, "some/model")
    assert not hub_answers(5, "no/model")


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


def test_the_command_prints_the_offline_encoder_and_says_why(monkeypatch):
    monkeypatch.delenv("ENCODER", raising=False)
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setenv("HF_HOME", "/nonexistent")
    done = subprocess.run(
        [sys.executable, "-m", "encoder", "choose"], capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0
    assert done.stdout == "offline\n"
    assert "not CLIP" in done.stderr


def test_importing_the_package_loads_no_model_library():
    code = "import encoder, sys; print(sorted({'torch', 'transformers'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
