"""Who can reach the app: by default nobody but this machine."""

from pathlib import Path
from urllib.parse import urlsplit

from tests.browser.harness import environment, running_app

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
