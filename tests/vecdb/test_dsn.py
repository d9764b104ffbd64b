from pathlib import Path

import pytest

from vecdb.dsn import parse_dsn
from vecdb.errors import BadDsn


@pytest.mark.parametrize(
    ("text", "interface", "port"),
    [
        ("clickhouse://h/db", "http", 8123),
        ("clickhouse://h:9/db", "http", 9),
        ("clickhouse://h:8443/db", "https", 8443),
        ("clickhouses://h/db", "https", 8443),
        ("clickhouses://h:9/db", "https", 9),
        ("myscale://h/db", "https", 443),
        ("myscale://h:8123/db", "http", 8123),
        ("myscale://h:8123/db?secure=true", "https", 8123),
    ],
)
def test_tls_follows_the_scheme_and_the_port(text: str, interface: str, port: int) -> None:
    options = parse_dsn(text).options
    assert (options["interface"], options["port"]) == (interface, port)


def test_user_password_and_timeouts_are_read_and_secrets_never_shown() -> None:
    dsn = parse_dsn("clickhouse://me:p%40ss%2F@h/db?connect_timeout=3&verify=false")
    assert dsn.options["username"] == "me"
    assert dsn.options["password"] == "p@ss/"
    assert dsn.options["database"] == "db"
    assert dsn.options["connect_timeout"] == 3
    assert dsn.options["verify"] is False
    assert dsn.display == "clickhouse://h:8123/db"
    assert "p@ss" not in repr(dsn)


@pytest.mark.parametrize("password", ["12/4", "12?4", "12#4", "1[2", "\u2100"])
def test_a_password_that_cuts_the_address_is_refused_and_not_shown(password: str) -> None:
    with pytest.raises(BadDsn, match=r"address is none: .* %2F for /") as raised:
        parse_dsn(f"clickhouse://me:{password}@h/db")
    assert password not in str(raised.value)


def test_an_address_without_a_scheme_is_refused_and_not_shown() -> None:
    with pytest.raises(BadDsn, match="names no engine: use chdb:") as raised:
        parse_dsn("me:secret@h:8123/db")
    assert "secret" not in str(raised.value)
    assert parse_dsn(" clickhouse://h/db\n").options["database"] == "db"


def test_the_environment_names_the_database_and_data_is_the_default(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("VECDB_DSN", raising=False)
    assert parse_dsn().directory == tmp_path.resolve() / "data" / "chdb"
    monkeypatch.setenv("VECDB_DSN", "chdb:///elsewhere")
    assert parse_dsn().directory == Path("/elsewhere")


def test_an_address_of_ipv6_is_shown_with_its_brackets() -> None:
    dsn = parse_dsn("clickhouse://user:secret@[::1]:8124/db")
    assert (dsn.options["host"], dsn.options["port"]) == ("::1", 8124)
    assert dsn.display == "clickhouse://[::1]:8124/db"
