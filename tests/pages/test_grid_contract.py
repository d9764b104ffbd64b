"""The border to the browser: the scripts' types are the pages', the scripts reach the browser."""

import re
from collections.abc import Iterator
from typing import get_type_hints

import pytest
import requests
from starlette.applications import Starlette

from api.turns import Turn
from pages.grid import contract
from pages.grid.scripts import GRID
from pages.grid.typings import CONTRACTS, declare_contract, find_target
from pages.mapping.scripts import MAP
from tests.api.conftest import serving


@pytest.fixture
def server() -> Iterator[str]:
    with serving(Starlette(routes=GRID.routes())) as address:
        yield address


@pytest.mark.parametrize("module", CONTRACTS)
def test_the_scripts_types_are_made_from_the_contract_as_it_is(module) -> None:
    made = find_target(module).read_text("utf-8")
    assert made == declare_contract(module), "Run `python -m pages.grid.typings`."


def test_a_script_can_be_kept_for_good_because_its_address_names_its_version(server: str) -> None:
    answer = requests.get(f"{server}/grid/{GRID.version}/mount.js", timeout=60)
    assert answer.content == GRID.texts["mount.js"]
    assert answer.headers["Content-Type"].startswith("text/javascript")
    assert "immutable" in answer.headers["Cache-Control"]


@pytest.mark.parametrize(
    "address",
    ["000000000000/mount.js", f"{GRID.version}/contract.py", f"{GRID.version}/..%2fcontract.py"],
)
def test_no_other_version_and_no_other_file_is_served(server: str, address: str) -> None:
    assert requests.get(f"{server}/grid/{address}", timeout=60).status_code == 404


@pytest.mark.parametrize(("scripts", "entry"), [(GRID, "mount.js"), (MAP, "show.js")])
def test_every_import_of_a_script_is_a_script_that_is_served(scripts, entry) -> None:
    wanted = {
        name
        for text in scripts.texts.values()
        for name in re.findall(r'^import .* from "\./(.*)";$', text.decode(), re.MULTILINE)
    }
    assert wanted
    assert wanted | {entry} == set(scripts.texts)


def test_the_route_of_the_turns_takes_what_the_contract_says_is_posted() -> None:
    schema = Turn.model_json_schema()
    assert set(schema["properties"]) == set(get_type_hints(contract.Turn))
    assert set(schema["required"]) == set(contract.Turn.__required_keys__)
