import pytest

from encoder.pictures import ENDINGS, HEAD, picture_kind
from tests.encoder.pictures.samples import one_of_each_kind
from tests.ingest.pictures import pdf, svg, web_page

# Raw files are told from other TIFF files by their tags, which their first bytes do not hold.
FIRST_BYTES = {**one_of_each_kind(), "TIFF": one_of_each_kind()["RAW"]}
del FIRST_BYTES["RAW"]


@pytest.mark.parametrize("kind", FIRST_BYTES)
def test_a_kind_is_told_by_its_first_bytes(kind):
    assert picture_kind(FIRST_BYTES[kind][:HEAD]) == kind


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"II*\0\x10\0\0\0CR\x02\0", "RAW"),
        (b"\0\0\0\x18ftypcrx \0\0\0\1crx isom", "RAW"),
        (b"FUJIFILMCCD-RAW 0201FF383501", "RAW"),
        (b"IIU\0\x18\0\0\0", "RAW"),
        (b"IIRO\x08\0\0\0", "RAW"),
        (b"\0\0\0\x1cftypmif1\0\0\0\0mif1heicmiaf", "HEIC"),
        (b"\0\0\0\x1cftypmif1\0\0\0\0mif1avifmiaf", "AVIF"),
        (b"\0\0\0\x20ftypavis\0\0\0\0avifavismsf1iso8", "AVIF"),
        (b"\0\0\0\x0cJXL \r\n\x87\n", "JPEG XL"),
        (b"8BPS\0\x02", "PSD"),
        (b"P4\n320 240\n", "PNM"),
        (b"Pf\n3 2\n-1.0\n", "PNM"),
        (b"MM\0+", "TIFF"),
    ],
)
def test_rarer_beginnings_are_known(head, kind):
    assert picture_kind(head) == kind


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"P",
        b"BM",
        b"RIFF\0\0\0\0WAVEfmt ",
        b"\0\0\0\x20ftypisom\0\0\2\0isomiso2avc1mp41",
        b"\0\0\0\x14ftypqt  \0\0\2\0qt  ",
        b"PK\x03\x04" + bytes(60),
        b"%!PS-Adobe-3.0 EPSF-3.0\n",
        b"P3rhaps a letter",
        b"BMW drivers, a study",
        bytes(64),
        bytes(range(64)),
        b"\x7fELF\2\1\1" + bytes(57),
        web_page(),
        svg(),
        pdf(),
    ],
)
def test_what_is_no_picture_has_no_kind(head):
    assert picture_kind(head) is None


def test_the_endings_that_dialogues_offer_are_bare_and_each_once():
    assert len(set(ENDINGS)) == len(ENDINGS)
    assert all(ending.isalnum() and ending == ending.lower() for ending in ENDINGS)
