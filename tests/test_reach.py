"""Who can reach the app: by default nobody but this machine."""

import os
import subprocess
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.browser.harness import ROOT, environment, free_port, running_app
from tests.warm import python

LISTENING = "0A"
LOOPBACK = {"0100007F", "00000000000000000000000001000000"}


def addresses_listened_at(port: int) -> set[str]:
    """The local addresses, as the kernel writes them, on which somebody listens at a port."""
    found = set()
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        for line in Path(table).read_text().splitlines()[1:]:
            local, state = line.split()[1], line.split()[3]
            address, _, number = local.partition(":")
            if state == LISTENING and int(number, 16) == port:
                found.add(address)
    return found


def test_the_app_listens_at_this_machine_alone(tmp_path):
    with running_app(environment(tmp_path, "things")) as address:
        port = urlsplit(address).port
        assert port is not None
        found = addresses_listened_at(port)
        assert found
        assert found <= LOOPBACK


@pytest.mark.parametrize(
    ("setting", "secrets", "told"),
    [
        ({"TRUSTED_PROXIES": "here"}, "", "TRUSTED_PROXIES is 'here': write networks such as "),
        ({"API_TOKEN_LOOK": "sesame"}, "", "API_TOKEN_LABEL and API_TOKEN_LOOK need an API_TOKEN"),
        ({}, "[roles]\nown = ['ann@example.org']", "secrets.toml has [roles] without [auth]: "),
        ({}, "[auth]", "[auth] in secrets.toml has no client_id: nobody could log in."),
        ({}, "auth = 'me'", "auth in secrets.toml must be a section, [auth]."),
        ({}, "roles = 'me'", "roles in secrets.toml must be a section, [roles]."),
        ({}, "[auth\nclient_id = 'me'", "The settings of the login cannot be read: Error "),
        ({"STREAMLIT_SECRETS_FILES": "none.toml"}, "", "The settings of the login "),
    ],
)
def test_a_setting_that_cannot_be_meant_ends_the_app_in_a_sentence(
    tmp_path, setting, secrets, told
):
    (tmp_path / "secrets.toml").write_text(secrets)
    setting = {"STREAMLIT_SECRETS_FILES": str(tmp_path / "secrets.toml"), **setting}
    ended = subprocess.run(
        [*python(), "-m", "streamlit", "run", "app.py", f"--server.port={free_port()}"],
        cwd=ROOT, env={**os.environ, **environment(tmp_path, "things"), **setting},
        capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert ended.returncode == 1
    assert ended.stderr.startswith(told)
    assert ended.stderr.count("\n") == 1
