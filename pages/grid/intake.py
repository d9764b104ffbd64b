"""Pictures that were dropped on the grid or pasted into it."""

from PIL import Image

from explorer.fetching import fetch_picture
from explorer.pictures import picture_from, picture_from_text
from pages.grid.contract import AddressEvent, PicturesEvent


def pictures_of(event: PicturesEvent | AddressEvent) -> list[Image.Image]:
    """Read what was given; the address of another page's picture is fetched, where it may be.

    Raises:
        BadInput, NotAllowed: it is no picture, or the server fetches no addresses.
    """
    if event["type"] == "address":
        return [picture_from(fetch_picture(event["address"]))]
    return [picture_from_text(address) for address in event["pictures"]]
