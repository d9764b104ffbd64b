"""EXIF: what a camera writes into its pictures."""

from encoder.pictures.tiff import Directory, decode_text, first_directory
from ingest.embedded.words import Fields, join_words, name_camera, place_at, read_moment

DESCRIPTION, MAKE, MODEL, CHANGED, ARTIST = 0x010E, 0x010F, 0x0110, 0x0132, 0x013B
XP_TITLE, XP_COMMENT, XP_AUTHOR, XP_KEYWORDS = 0x9C9B, 0x9C9C, 0x9C9D, 0x9C9E
RATING = 0x4746
PHOTO, PLACE = 0x8769, 0x8825  # directories of their own
TAKEN, DIGITIZED, ZONE, COMMENT = 0x9003, 0x9004, 0x9011, 0x9286
NORTH, LATITUDE, EAST, LONGITUDE = 1, 2, 3, 4
CHARACTERS = {b"UNICODE\0": "utf-16", b"JIS\0\0\0\0\0": "iso2022_jp"}
# What cameras write into the caption of every picture.
NO_CAPTIONS = {
    *("olympus digital camera", "sony dsc", "minolta digital camera", "konica minolta digital"),
    *("kodak digital still camera", "samsung camera pictures", "dcf 1.0", "exif_jpeg_picture"),
    *("digital camera", "digital still camera", "dcim", "default", "untitled", "ascii"),
}
SETTINGS = ("{", "ImageJ=", "<?xml", "<OME")  # what programs write there into scans


def read_exif(block: bytes) -> Fields:
    """Read camera, moment, place, photographer, caption and keywords, as far as they make sense."""
    first = first_directory(block)
    if first is None:
        return {}
    photo = next(iter(first.follow(PHOTO)), first)
    fields: Fields = {
        "camera": name_camera(first.read_text(MAKE), first.read_text(MODEL)),
        "photographer": first.read_text(ARTIST) or _windows(first, XP_AUTHOR).replace(";", ","),
        "description": _caption(first, photo),
        "title": _windows(first, XP_TITLE),
        "keywords": join_words(_windows(first, XP_KEYWORDS).split(";")),
    }
    fields = {name: value for name, value in fields.items() if value}
    zone = photo.read_text(ZONE)
    texts = (photo.read_text(TAKEN), photo.read_text(DIGITIZED), first.read_text(CHANGED))
    for name, text in zip(("taken", "digitized", "changed"), texts, strict=True):
        if moment := read_moment(text, zone):
            fields[name] = moment
    stars = first.read_numbers(RATING)[:1]
    if stars and 0 < stars[0] <= 5:
        fields["rating"] = stars[0]
    for place in first.follow(PLACE)[:1]:
        fields |= _place(place)
    return fields


def list_exif_keywords(block: bytes) -> list[str]:
    """Return Windows' keywords one by one."""
    first = first_directory(block)
    words = _windows(first, XP_KEYWORDS).split(";") if first else []
    return [word for word in map(str.strip, words) if word]


def _caption(first: Directory, photo: Directory) -> str:
    comment = photo.read_bytes(COMMENT)
    words, coding = comment[8:], CHARACTERS.get(comment[:8])
    said = words.decode(coding, "ignore") if coding else decode_text(words)
    found = (first.read_text(DESCRIPTION), _windows(first, XP_COMMENT), said.strip("\0 "))
    texts = (text for text in found if text and not text.startswith(SETTINGS))
    return next((text for text in texts if text.lower() not in NO_CAPTIONS), "")


def _windows(directory: Directory, tag: int) -> str:
    """Read a text of Windows' own, in UTF-16."""
    return directory.read_bytes(tag).decode("utf-16-le", "ignore").strip("\0 ")


def _place(place: Directory) -> Fields:
    latitude = _degrees(place.read_numbers(LATITUDE), place.read_text(NORTH) == "S")
    longitude = _degrees(place.read_numbers(LONGITUDE), place.read_text(EAST) == "W")
    if latitude is None or longitude is None:
        return {}
    return place_at(latitude, longitude)


def _degrees(parts: list[float], is_negative: bool) -> float | None:
    """Add up degrees, minutes and seconds."""
    if not parts:
        return None
    degrees = sum(part / 60**at for at, part in enumerate(parts[:3]))
    return -degrees if is_negative else degrees
