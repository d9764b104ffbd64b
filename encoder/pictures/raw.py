"""The picture that a camera put beside its raw data."""

import io
import threading

from PIL import Image

from encoder.pictures.errors import UnreadablePicture
from encoder.pictures.limit import check_pixels
from encoder.pictures.opening import open_image
from encoder.pictures.tiff import first_directory, orientation

SUB_DIRECTORIES, PHOTOMETRIC, DNG_VERSION = 0x014A, 0x0106, 0xC612
SENSOR = {32803, 34892}  # colours of a sensor's mosaic, or linear ones
TURNS = {3: 3, 5: 8, 6: 6}  # libraw's turns, as EXIF numbers them

_one_at_a_time = threading.Lock()  # libraw keeps state of its own


def is_raw_tiff(data: bytes) -> bool:
    """Tell whether a TIFF file holds a sensor's data: most cameras' raw files are such."""
    first = first_directory(data)
    if first is None:
        return False
    if DNG_VERSION in first:
        return True
    directories = [first, *first.follow(SUB_DIRECTORIES)]
    return any(set(each.read_numbers(PHOTOMETRIC)) & SENSOR for each in directories)


def open_raw(data: bytes, most_pixels: int) -> tuple[Image.Image, int, tuple[int, int]]:
    """Open the preview inside a raw file, or develop it at half its size where there is none.

    Returns:
        The picture, how to turn it as EXIF numbers it, and the upright raw picture's size.

    Raises:
        UnreadablePicture: the library is missing, or there are too many pixels.
        Exception: nearly any, on damaged bytes.
    """
    try:
        import rawpy
    except ImportError:
        raise UnreadablePicture("a reader of RAW is not installed") from None
    with _one_at_a_time, rawpy.imread(io.BytesIO(data)) as raw:
        sizes = raw.sizes
        check_pixels((sizes.raw_width, sizes.raw_height), most_pixels)
        turn = TURNS.get(sizes.flip, 1)
        size = (sizes.width, sizes.height)
        upright = (size[1], size[0]) if turn > 4 else size
        try:
            preview = raw.extract_thumb()
        except rawpy.LibRawError:
            developed = raw.postprocess(half_size=True, use_camera_wb=True)
            return Image.fromarray(developed), 1, upright
        if not isinstance(preview.data, bytes):
            return Image.fromarray(preview.data), turn, upright
        opened = open_image(preview.data, "JPEG", most_pixels)
        # Some cameras turn their previews by a tag of their own, others leave it to the raw's.
        return opened, max(orientation(opened.info.get("exif", b"")), turn), upright
