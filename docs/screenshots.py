"""`python -m docs.screenshots`: take the pictures in docs/images from the running app.

Ingests the sample collection into a temporary folder, starts the app on it, and drives it in
headless Chromium: light, dark and phone, each page.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import sample
from commandline import Parser
from tests.browser.harness import browser, environment, running_app

IMAGES = Path(__file__).parent / "images"
PAGES = ("Concepts", "Search", "Classes", "Data")
VIEWS = ("Results", "Labels", "Audit", "Export")


LAKES = r"summer|darkesthour|eveningglow|nagasaki|black-canyon|bythewater|coldripple"


def train(page: Any, address: str, prompt: str, pattern: str, rounds: int) -> None:
    """Type a prompt and judge pages by whether an id holds a pattern; leave the last half done."""
    page.goto(address)
    page.get_by_placeholder("What are you looking for?").fill(prompt)
    page.keyboard.press("Enter")
    for number in range(1, rounds + 1):
        page.wait_for_selector(f'[data-round="{number}"]', timeout=60_000)
        tiles = page.locator("button[data-photo-id]").all()
        for tile in tiles if number < rounds else tiles[:12]:
            tile.click()
            if not re.search(pattern, tile.get_attribute("data-photo-id")):
                tile.click()
        if number < rounds:
            page.get_by_role("button", name="Next round").click()
    settle(page)


def settle(page: Any) -> None:
    """Wait until pictures and widgets stand still."""
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(1500)
    page.mouse.move(0, 0)
    page.evaluate("document.querySelector('[data-testid=stMain]').scrollTo(0, 0)")
    page.wait_for_timeout(300)


def search(page: Any) -> None:
    """Type a search."""
    page.get_by_placeholder("Search by words").fill("a lake in the evening")
    page.keyboard.press("Enter")
    page.wait_for_selector("button[data-photo-id]", timeout=60_000)


def classes(page: Any) -> None:
    """Sort the drawn animals."""
    page.get_by_label("Only ids that start with").fill("drawings/")
    page.keyboard.press("Enter")
    page.get_by_text("photos into 13 classes").wait_for(timeout=60_000)


def audit(page: Any) -> None:
    """Begin an audit."""
    page.get_by_role("button", name="Begin the audit").click()
    page.wait_for_selector("button[data-photo-id]")


def map_view(page: Any, name: str) -> None:
    """Take the map of the collection, a group of it chosen."""
    page.get_by_role("radio", name="Map").click()
    page.wait_for_selector(".vdm[data-drawn]:not([data-drawn='0'])", timeout=300_000)
    page.get_by_text("This map was made on").wait_for(timeout=300_000)
    page.locator(".vdm-name:visible").nth(1).click()
    page.wait_for_selector("button[data-photo-id]", timeout=60_000)
    settle(page)
    page.screenshot(path=IMAGES / name)


def add_photos(page: Any, address: str, source: Path) -> None:
    """Take the Data page before, during and after an ingest."""
    page.goto(f"{address}/data")
    page.get_by_label("Folder, or a TSV").fill(str(source))
    page.keyboard.press("Tab")
    page.get_by_label("Collection", exact=True).fill("drawings and photos")
    page.keyboard.press("Tab")
    page.wait_for_selector("text=Read by")
    show_form(page)
    page.screenshot(path=IMAGES / "data-before.png")
    page.get_by_role("button", name="Add to the collection").click()
    page.wait_for_selector(r"text=/[1-9]\d+ of \d+ photos/", timeout=120_000)
    page.evaluate("document.querySelector('[data-testid=stMain]').scrollTo(0, 0)")
    page.screenshot(path=IMAGES / "data-during.png")
    page.wait_for_selector("text=inserted into", timeout=120_000)
    settle(page)
    page.screenshot(path=IMAGES / "data-after.png")


def intake(folder: Path, source: Path) -> None:
    """Take the pictures of an ingest, by an app that has no vector yet."""
    with (
        running_app(environment(folder, "photos")) as address,
        browser(color_scheme="light") as page,
    ):
        add_photos(page, address, source)


def show_form(page: Any) -> None:
    """Scroll until the form begins at the top."""
    page.wait_for_load_state("networkidle")
    page.get_by_role("heading", name="Add photos").evaluate("it => it.scrollIntoView()")
    page.wait_for_timeout(600)


PREPARE = {"Search": search, "Classes": classes}


def gallery(address: str) -> None:
    """Take every picture."""
    with browser(color_scheme="light") as page:
        train(page, address, "a lake in the evening", LAKES, 1)
        page.screenshot(path=IMAGES / "train.png")
        page.locator("button[data-photo-id]").nth(2).dblclick()
        page.wait_for_timeout(600)
        page.screenshot(path=IMAGES / "large.png")
        page.keyboard.press("Escape")
        train(page, address, "a bird", "/bird/", 3)
        for name in PAGES:
            link = page.get_by_role("link", name=name, exact=True)
            if link.count():
                link.first.click()
                PREPARE.get(name, settle)(page)
                settle(page)
                page.screenshot(path=IMAGES / f"{name.lower()}.png")
            if name == "Search":
                map_view(page, "map.png")
        page.get_by_role("link", name="Concepts", exact=True).first.click()
        page.get_by_role("button", name="Open", exact=True).first.click()
        for name in VIEWS:
            page.get_by_role("radio", name=name, exact=True).click()
            if name == "Audit":
                audit(page)
            settle(page)
            page.screenshot(path=IMAGES / f"{name.lower()}.png")
    with browser(color_scheme="dark") as page:
        train(page, address, "a bird", "/bird/", 2)
        page.screenshot(path=IMAGES / "train-dark.png")
    phone = {"width": 390, "height": 844}
    with browser(viewport=phone, device_scale_factor=2, has_touch=True, is_mobile=True) as page:
        train(page, address, "a lake in the evening", LAKES, 1)
        page.screenshot(path=IMAGES / "train-phone.png")


def main() -> None:
    """Ingest, start, drive."""
    Parser(prog="python -m docs.screenshots", description=__doc__).parse_args()
    IMAGES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        env = environment(Path(folder), "sample")
        # A copy, for the pictures show where files lie.
        copy = shutil.copytree(Path(sample.__file__).parent, Path(folder) / "sample")
        subprocess.run(
            [sys.executable, "-m", "sample"], cwd=folder, env={**os.environ, **env}, check=True
        )
        with running_app(env) as address:
            gallery(address)
        intake(Path(folder) / "intake", copy / "SOURCES.csv")


if __name__ == "__main__":
    main()
