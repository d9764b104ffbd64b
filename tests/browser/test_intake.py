"""Pictures that are dropped or pasted: each becomes an example, or a sentence says why not."""

import base64
import io

import pytest
from PIL import Image

pytestmark = pytest.mark.browser
# Drops files, given as [name, type, base64], and texts by kind, on the grid.
DROP = """([files, texts, kind]) => {
  const given = new DataTransfer();
  for (const [name, type, data] of files) {
    const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
    given.items.add(new File([bytes], name, { type }));
  }
  for (const [name, text] of Object.entries(texts)) given.setData(name, text);
  const event = kind === 'paste'
    ? new ClipboardEvent('paste', { clipboardData: given, bubbles: true, cancelable: true })
    : new DragEvent('drop', { dataTransfer: given, bubbles: true, cancelable: true });
  document.querySelector('.vde-tiles').dispatchEvent(event);
  return event.defaultPrevented;
}"""


def picture(kind="PNG"):
    """A picture as base64."""
    buffer = io.BytesIO()
    Image.new("RGB", (60, 40), "teal").save(buffer, kind)
    return base64.b64encode(buffer.getvalue()).decode()


def heic():
    """A HEIC picture as base64: no browser but Safari reads one."""
    import pillow_heif

    buffer = io.BytesIO()
    pillow_heif.from_pillow(Image.new("RGB", (60, 40), "teal")).save(buffer)
    return base64.b64encode(buffer.getvalue()).decode()


def drop(page, files=(), texts=None, kind="drop"):
    return page.evaluate(DROP, [list(files), texts or {}, kind])


@pytest.fixture
def search(app, page):
    page.goto(f"{app.address}/search")
    page.wait_for_selector("button[data-photo-id]")
    return page


def note(page):
    return page.locator(".vde-note")


def found(page):
    """Wait until pictures were looked for."""
    page.get_by_role("button", name="Start a concept").wait_for()


def test_a_kind_that_the_browser_cannot_read_is_taken_and_of_eleven_pictures_eight(search):
    drop(search, [["IMG_1.HEIC", "", heic()]])
    found(search)
    assert note(search).inner_text() == ""
    search.get_by_role("button", name="Clear", exact=True).click()
    search.get_by_role("button", name="Start a concept").wait_for(state="detached")
    drop(search, [[f"{at}.png", "image/png", picture()] for at in range(11)])
    search.wait_for_selector("text=The first 8 of 11 pictures were taken.")
    found(search)
    assert "The first 8 of 11" in note(search).inner_text()


def test_what_is_no_picture_is_said_and_one_of_our_own_from_another_tab_is_looked_for(search):
    drop(search, [["notes.pdf", "application/pdf", picture()]])
    search.wait_for_selector("text=“notes.pdf” is not a picture.")
    # A picture of another site is fetched by the server, or a sentence says why not.
    drop(search, texts={"text/uri-list": "https://example.org/cat.jpg"})
    search.wait_for_selector("text=This server fetches no addresses")
    drop(search, [["broken.jpg", "image/jpeg", base64.b64encode(b"nothing").decode()]])
    search.wait_for_selector("text=The picture cannot be read")
    # So is an address that is pasted; other text is left alone.
    assert not drop(search, texts={"text/plain": "a cat"}, kind="paste")
    assert drop(search, texts={"text/plain": "https://example.org/cat.jpg"}, kind="paste")
    search.wait_for_selector("text=This server fetches no addresses")
    own = search.locator("button[data-photo-id] img").first.get_attribute("src")
    assert drop(search, texts={"text/html": f'<meta charset="utf-8"><img src="{own}">'})
    found(search)
