"""The map's scripts, and those of the grid that they build on."""

from pathlib import Path

from pages.scripts import Scripts

HERE = Path(__file__).parent
SHARED = [HERE.parent / "grid" / name for name in ("address.js", "dom.js", "picture.js")]
MAP = Scripts("map", [*HERE.glob("*.js"), *SHARED], "show.js")
