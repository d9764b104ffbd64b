import pytest

from explorer.errors import BadInput, NotAllowed
from explorer.people import Person, Role, Roles, clean_name

ROLES = Roles.read(
    {
        "own": ["Ann@Example.org"],
        "label": ["*@example.org", "bo@elsewhere.org"],
        "look": ["*@partner.example", "ann@example.org"],
    }
)


@pytest.mark.parametrize(
    ("address", "role"),
    [
        ("ann@example.org", Role.OWN),
        ("ANN@example.ORG ", Role.OWN),
        ("ben@example.org", Role.LABEL),
        ("bo@elsewhere.org", Role.LABEL),
        ("cy@partner.example", Role.LOOK),
        ("dot@sub.example.org", Role.NOTHING),
        ("dot@example.org.evil.example", Role.NOTHING),
        ("example.org", Role.NOTHING),
        ("", Role.NOTHING),
    ],
)
def test_an_address_has_the_highest_role_that_names_it_or_its_domain(address, role):
    assert ROLES.role_of(address) == role


def test_nobody_has_a_role_where_none_is_listed_and_a_star_is_everybody():
    assert Roles.read({}).role_of("ann@example.org") == Role.NOTHING
    everybody = Roles.read({"look": ["*"]})
    assert everybody.role_of("ann@example.org") == Role.LOOK
    assert everybody.role_of("") == Role.NOTHING


@pytest.mark.parametrize(
    ("section", "words"),
    [
        ({"admin": ["ann@example.org"]}, "no role 'admin'"),
        ({"nothing": ["ann@example.org"]}, "no role 'nothing'"),
        ({"own": "ann@example.org"}, "must be a list"),
        ({"own": [7]}, "must be a list"),
    ],
)
def test_roles_that_cannot_be_read_are_one_sentence(section, words):
    with pytest.raises(BadInput, match=words):
        Roles.read(section)


def test_a_role_allows_what_those_before_it_allow_and_no_more():
    ben = Person("ben@example.org", Role.LABEL, known=True)
    ben.check(Role.LOOK)
    ben.check(Role.LABEL)
    with pytest.raises(NotAllowed, match=r"As ben@example\.org you may not change collections"):
        ben.check(Role.OWN)


def test_who_logged_in_answers_under_no_other_name():
    assert Person("ben@example.org", Role.LABEL, known=True).sign("ann") == "ben@example.org"
    assert Person("kept by the browser").sign("ann") == "ann"
    assert Person("kept by the browser").sign("") == "kept by the browser"
    assert Person("kept by the browser").sign(" \t") == "kept by the browser"


@pytest.mark.parametrize("given", [" Ann ", "Ann\n", "\u200bAnn\x00", "\ud800Ann"])
def test_a_name_is_the_same_however_it_was_sent(given):
    assert Person().sign(given) == clean_name(given) == "Ann"


def test_only_people_who_log_in_are_told_apart_in_one_browser():
    marks = {Person(name, known=True).mark for name in ("ann@example.org", "ben@example.org")}
    assert len(marks) == 2
    assert all(mark.startswith("_") and "@" not in mark for mark in marks)
    assert Person("ann").mark == ""
