"""The Classes page in a real browser, on the sample's drawn animals with the offline encoder."""

import contextlib
import re
import shutil

import pytest

from tests.browser.harness import (
    ROOT,
    environment,
    free_port,
    kept_page,
    no_script_error,
    running_app,
    script_run,
    wait_idle,
    wait_until,
)
from tests.browser.test_late_answers import HOLD_ANSWERS

pytestmark = pytest.mark.browser
DRAWINGS = ROOT / "sample" / "drawings"


@pytest.fixture(scope="module")
def start(ingested_sample, tmp_path_factory):
    """What starts the app, anew where it runs, on a copy of the sample's database."""
    copied, port = tmp_path_factory.mktemp("classes") / "data", free_port()
    shutil.copytree(ingested_sample, copied, symlinks=True)
    with contextlib.ExitStack() as running:

        def start():
            running.close()
            return running.enter_context(running_app(environment(copied, "sample"), port))

        yield start


@pytest.fixture(scope="module")
def address(start):
    return start()


@pytest.fixture
def page(address, profile):
    with kept_page(profile, address) as opened, no_script_error(opened):
        visit(opened, address)
        yield opened


def visit(page, address):
    """Open the page, and the sample's own classes where other tests have left others open."""
    page.goto(f"{address}/classes")
    page.get_by_text("photos into").wait_for(timeout=120_000)
    if "Drawn animals" not in page.get_by_label("Name of these classes").input_value():
        open_classes(page, "Drawn animals")
    see(page, "232 photos into 13 classes")


def see(page, words, **options):
    """Wait for words, and until what was there before them is gone."""
    page.get_by_text(words).wait_for(**options)
    wait_idle(page)


def open_classes(page, name):
    """Choose kept classes from the list."""
    wait_idle(page)
    choose(page, "Classes", re.escape(name))


def begin_own(page, name):
    """Name the 13 animals anew, so that what other tests correct is none of these classes."""
    open_classes(page, "New classes")
    see(page, "Type the names of the classes above")
    # Folders' names become classes only when the user says so.
    assert page.get_by_label("Classes, one a line").input_value() == ""
    page.get_by_label("Only ids that start with").fill("drawings/")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Take the 13 folder names or labels as classes").click()
    see(page, "232 photos into 13 classes")
    assert page.get_by_label("Classes, one a line").input_value().startswith("bear\nbig_cat\n")
    page.get_by_label("Name of these classes").fill(name)
    page.keyboard.press("Enter")
    page.get_by_label("Classes", exact=True).and_(page.locator(f"[value^='{name} ·']")).wait_for()
    wait_idle(page)


def test_classes_are_saved_above_where_they_are_deleted(page):
    save, delete = (
        page.get_by_role("button", name=f"{what} these classes").bounding_box()
        for what in ("Save", "Delete")
    )
    assert save["y"] < delete["y"]


def test_a_deletion_pressed_while_other_classes_are_on_their_way_is_none_of_these(page, address):
    page.add_init_script(HOLD_ANSWERS)
    visit(page, address)
    begin_own(page, "pressed")
    named = page.get_by_label("Classes", exact=True)
    page.evaluate("window.isHeld = true")
    named.click()
    page.get_by_role("option", name=re.compile("^Drawn animals")).click()
    wait_until(page, "heldAnswers.some(({ data }) => readText(data).includes('Drawn animals ·'))")
    page.wait_for_timeout(2_000)  # the run goes on to the buttons below
    page.get_by_role("button", name="Delete these classes").click()
    page.wait_for_timeout(1_000)
    page.evaluate("window.isHeld = false; heldAnswers.splice(0).forEach((one) => one.tell())")
    wait_idle(page)
    assert named.input_value().startswith("Drawn animals ·")
    page.get_by_role("button", name="Undo the deletion").wait_for()


def right(page):
    """The share of drawings put into their class, as the page says it, per cent."""
    words = page.get_by_text("with a known class").inner_text()
    return float(words.partition(": ")[2].partition("%")[0])


def choose(page, label, option):
    """Choose from a list; a list that a finishing run closed again is opened once more."""
    from playwright.sync_api import TimeoutError as SeenNothing

    wanted = page.get_by_role("option", name=re.compile(rf"^{option}\b"))
    for _ in range(2):
        wait_idle(page)
        page.get_by_label(label, exact=True).click()
        with contextlib.suppress(SeenNothing):
            return wanted.click(timeout=10_000)
    page.get_by_label(label, exact=True).click()
    wanted.click()


def correct_fish_among_insects(page):
    """Say of fish on the sheet of insects that they are fish; returns the photos."""
    page.get_by_role("radio", name="One class").click()
    choose(page, "Class", "insect")
    page.get_by_text(re.compile(r"^insect: \d+ photos")).wait_for()
    choose(page, "Photos marked ✓ are really", "fish")
    tiles = page.locator("button[data-photo-id*='/fish/']")
    tiles.first.wait_for()
    moved = []
    for tile in tiles.all()[:6]:
        moved.append(tile.get_attribute("data-photo-id"))
        tile.click()
    page.get_by_role("button", name="Correct").click()
    see(page, f"{len(moved)} corrected so far")
    return moved


def shows(page, name, photos):
    """Wait until the sheet of a class holds some photos."""
    choose(page, "Class", name)
    for photo in photos:
        page.locator(f"button[data-photo-id='{photo}']").wait_for()


def test_classes_work_at_once_and_corrections_last_over_other_pages_a_restart_and_a_file(
    page, start, tmp_path
):
    assert right(page) > 30
    assert page.get_by_label("Name of these classes").input_value() == "Drawn animals"
    assert page.get_by_label("Only ids that start with").input_value() == "drawings/"
    begin_own(page, "taught")
    page.get_by_role("button", name="Delete these classes").click()
    page.get_by_role("button", name="Undo the deletion").click()
    see(page, "232 photos into 13 classes")
    assert page.get_by_label("Name of these classes").input_value() == "taught"

    # Corrections.
    before = right(page)
    assert before > 20
    page.locator("[data-class]").nth(8).wait_for()
    page.get_by_role("radio", name="Heat map").click()
    page.locator(
        "[data-testid=stVegaLiteChart] canvas, [data-testid=stVegaLiteChart] svg"
    ).first.wait_for()
    page.get_by_role("radio", name="Confusion").click()
    page.get_by_text("Rows: the true class").wait_for()
    moved = correct_fish_among_insects(page)
    taught = right(page)
    assert taught > before

    # Another page and back.
    page.keyboard.press("m")
    page.wait_for_url("**/search?**like=drawings**")
    page.get_by_role("button", name="Start a concept").wait_for()
    page.get_by_role("link", name="Classes", exact=True).click()
    see(page, f"{len(moved)} corrected so far")
    assert page.get_by_label("Only ids that start with").input_value() == "drawings/"
    assert page.get_by_label("Name of these classes").input_value() == "taught"
    assert right(page) == taught
    choose(page, "Order", "Least sure first")  # the class has fewer photos now, and stays open
    page.locator("[value='Least sure first']").wait_for()
    wait_idle(page)
    assert page.locator(".vde-round").inner_text().startswith("insect: ")
    shows(page, "fish", moved)
    with page.expect_download() as started:
        page.get_by_role("button", name="Save these classes").click()
    file = tmp_path / "classes.safetensors"
    started.value.save_as(file)
    page.get_by_role("radio", name="Sheets").click()
    page.get_by_label("Classes, one a line").fill("bear\nbulldozer\ncat")
    page.keyboard.press("Control+Enter")
    see(page, "232 photos into 3 classes")
    # Nobody says that bulldozers are among them: where none is, the class is folded away.
    wait_until(page, "document.querySelectorAll('[data-class]').length < 4")
    shown = page.locator("[data-class]").count()
    folded = page.get_by_text(re.compile(r"^\d class(es)? without a photo$"))
    assert shown + (int(folded.inner_text()[0]) if folded.count() else 0) == 3

    # After a restart the latest changed are open, the others are in the list, and what was
    # renamed is kept.
    page.goto("about:blank")
    address = start()
    page.goto(f"{address}/classes")
    see(page, "232 photos into 3 classes", timeout=120_000)
    assert page.get_by_label("Name of these classes").input_value() == "taught"
    open_classes(page, "Drawn animals")
    see(page, "232 photos into 13 classes")
    page.locator("input[type=file]").last.set_input_files(file)
    see(page, "332 photos into 13 classes")
    assert page.get_by_label("Name of these classes").input_value() == "classes"
    page.get_by_label("Only ids that start with").fill("drawings/")
    page.keyboard.press("Enter")
    wait_until(
        page, "share => document.body.innerText.includes(share)", arg=f"classes: {taught} % of"
    )
    page.get_by_role("radio", name="One class").click()
    shows(page, "fish", moved)
    # One more correction adds to the saved ones, which stay in force.
    choose(page, "Class", "horse")
    page.get_by_text(re.compile(r"^horse: \d+ photos")).wait_for()
    choose(page, "Photos marked ✓ are really", "dog")
    page.locator("button[data-photo-id]").first.click()
    page.get_by_role("button", name="Correct").click()
    page.get_by_text(f"{len(moved) + 1} corrected so far").wait_for()
    shows(page, "fish", moved)


def test_uploads_and_a_folder_on_the_server_are_sorted(page, tmp_path):
    pictures = [next((DRAWINGS / name).glob("*.jpg")) for name in ("cat", "frog", "horse")]
    open_classes(page, "New classes")
    page.get_by_role("radio", name="Uploads").click()
    page.get_by_text("Nothing to classify yet.").wait_for()
    page.locator("input[type=file]").first.set_input_files(pictures)
    see(page, "Type the names of the classes above")
    page.get_by_label("Classes, one a line").fill("animal\nvehicle")
    page.keyboard.press("Control+Enter")
    see(page, "3 photos into 2 classes")
    wait_until(page, "document.querySelectorAll('[data-class] img').length === 3")
    page.get_by_role("radio", name="Confusion").click()
    page.get_by_text("The true classes of these pictures are not known").wait_for()
    # Another page and back: the pictures are still there, until they are taken away.
    page.get_by_role("link", name="Data").click()
    page.get_by_text("Drop pictures").first.wait_for()
    page.get_by_role("link", name="Classes").click()
    page.get_by_text("3 photos uploaded before").wait_for()
    see(page, "3 photos into 2 classes")
    page.locator("input[type=file]").first.set_input_files(pictures[:2])
    see(page, "2 photos into 2 classes")
    for _ in range(2):
        with script_run(page):
            page.get_by_test_id("stFileChipDeleteBtn").first.get_by_role("button").click()
    page.get_by_text("Nothing to classify yet.").wait_for()

    for name in ("cat", "frog", "horse"):
        shutil.copytree(DRAWINGS / name, tmp_path / name)
    (tmp_path / "cat" / "torn.jpg").write_bytes(b"\xff\xd8 torn")
    count = len([*tmp_path.rglob("*.jpg")]) - 1
    open_classes(page, "New classes")
    page.get_by_role("radio", name="Folder").click()
    page.get_by_label("Folder on this machine").fill("/no/such/folder")
    page.keyboard.press("Enter")
    page.get_by_text("There is no folder /no/such/folder with pictures in it.").wait_for()
    wait_idle(page)
    page.get_by_label("Folder on this machine").fill(str(tmp_path))
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Take the 3 folder names or labels as classes").click()
    see(page, f"{count} photos into 3 classes")
    assert right(page) > 40
    page.get_by_role("radio", name="Sheets").click()
    page.locator("[data-class=cat] img").first.wait_for()
    wait_until(page, "document.querySelector('[data-class=cat] img').naturalWidth > 0")
    page.get_by_role("radio", name="One class").click()
    shown = page.locator("button[data-photo-id]").first
    shown.wait_for()
    assert shown.get_attribute("data-photo-id").split("/")[0] in {"cat", "frog", "horse"}
    shown.hover()
    page.locator(".vde-like").first.click()
    page.wait_for_url("**/search**")
    page.get_by_text("1 picture", exact=True).wait_for()
    page.wait_for_selector("button[data-photo-id^='drawings/']")
