"""The grid's scripts."""

from pathlib import Path

from pages.scripts import Scripts

GRID = Scripts("grid", Path(__file__).parent.glob("*.js"), "mount.js")
