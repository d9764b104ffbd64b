"""Folders beside a table that hold its pictures, which it names without folder or ending."""

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from ingest.sources.kinds import has_picture_ending
from ingest.sources.left_out import system_kind
from ingest.sources.names import SPLITS

ENDINGS = ("", ".jpg", ".jpeg", ".png", ".JPG", ".JPEG", ".webp", ".tif", ".tiff", ".bmp", ".gif")
# Folders of tables whose pictures lie in the folders beside them.
ANNOTATIONS = {"annotations", "annotation", "labels", "lists", "metadata", "captions", "splits"}
ANNOTATIONS |= {"imagesets", "main", "meta"}  # of Pascal VOC and Food-101
ANNOTATIONS |= {"anno", "eval", "devkit", "imagelist"}  # of CelebA, Stanford Cars, NUS-WIDE
IMAGES = {"images", "image", "imgs", "img", "pictures", "photos", "jpegimages"}
# Of the pictures in a folder of this name; `data-download-1` is of Flickr's exports.
SAYS_NOTHING = {*IMAGES, "data", "data-download", "jpg", "jpeg", "png"}
SAYS_NOTHING |= {"upload", "uploads", "wp-content", "items"}
# Folders beside `images` with the same pictures once more, or what is said of them: no classes.
OF_THE_SAME = re.compile(
    r"mask|segm|annot|label|depth|truth|^gt|thumb|preview|resiz|deriv|preserv|backup"
    r"|(?<![^\W_])(normals?|orig(inals?)?|raws?|edit(s|ed)?|export(s|ed)?|crop(s|ped)?|access"
    r"|masters?|cop(y|ies))(?![^\W\d_])"  # no drawings, accessories or editorials
)
CARD = re.compile(r"dcim|DCIM|[1-9]\d\d(?=\d*[A-Z_])[A-Z0-9_]{5}")  # 100CANON: of cameras' cards
NUMBERED = re.compile(r"[_-]?\d+$")  # images_001
# Folders of a split by names that no class has: train2017, train_images, test_set.
SPLIT = re.compile(
    rf"({'|'.join(SPLITS)})([_-]?(images?|imgs?|set|jpe?gs?|pictures|photos)|(?=.*\d))[_-]?\d*"
)
# Folders by time, as phones, cloud stores and photo managers write them: 2019-07, 202307_a.
YEAR = r"(19|20)\d\d"
# Google's takeout has `Photos from 2019` in the language of the account.
PHOTOS_FROM = (
    r"(photos?|fotos?|foto's|foton|fotky|zdjęcia|фото|bilder|billeder) "
    r"((from|von|de|del|dal|da|uit|z|z roku|från|fra|за) )?"
)
DATE = re.compile(rf"({PHOTOS_FROM})?{YEAR}([-_. ]?(0[1-9]|1[0-2])([-_. ]?[0-3]\d)?)?(_+\w?)?")
# Folders in which programs keep the pictures of a project, a user, or a part of the export:
# Label Studio, Immich, Instagram, Google.
KEPT = re.compile(
    r"(?<![^/])((media/)?upload/\d+"
    r"|((library|upload)/)?(admin(?=/(19|20)\d\d)|[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12})"
    r"|Takeout/Google[^/]*|Google.(Photos|Fotos?)"
    r"|(media/)?(posts|stories|reels|archived_posts|profile|other)(?=/20\d{4}/))/"
)
PART_OF_DATE = re.compile(r"(0?[1-9]|[12]\d|3[01])([-_. ]\w+)?")  # below a year's: 07, 07-July
DIGITS = re.compile(r"\d+")
PARTS = ("train", "val", "test")  # of a data set, in the names of folders and of tables
MOST_FOLDERS = 100
MOST_INNER = 25  # folders in folders that are called otherwise than those of pictures
MOST_ABOVE = 4  # folders above a table from which its paths may start
JUDGED = 50  # names that are looked for
SURE = 8  # names after which, with none of them found, none is expected

# A folder, and what stands behind each name there.
Place = tuple[str, str]


def find_places(base: Path, table: str, names: Sequence[str], *, above: bool) -> list[Place]:
    """Return where at least half of the names are files.

    Where names lead to several folders, the one called as the table is counts, else the one called
    as folders of pictures are, and not that of their masks; nothing is returned without one.

    Args:
        base: the table's folder.
        table: its name without ending.
        names: of pictures, as its rows give them.
        above: whether paths may start from a folder above the table's, too.
    """
    plain = (name.replace("\\", "/").lstrip("/") for name in names[:JUDGED])
    names = [name for name in dict.fromkeys(plain) if _is_plain(name)]
    near = _list_folders(base)
    folders = [str(base), *near, *_list_inner(filter(_holds_images, near))][:MOST_FOLDERS]
    if above and any("/" in name for name in names):
        folders += map(str, base.absolute().parents[:MOST_ABOVE])
    found = _find_in(folders, names)
    if not found:  # `cars_train/cars_train`, as Kaggle unpacks it, and folders by hash
        folders = _list_inner(folder for folder in near if not _holds_images(folder))[:MOST_INNER]
        found = _find_in(folders, names)
    if len(found) * 2 < len(names):
        return []
    if any(len({folder for folder, _ in places}) > 1 for places in found.values()):
        called = [folder for folder in folders if _is_called(folder, table)]
        usual = [folder for folder in folders if _holds_images(folder)]
        kept = (
            {n: [p for p in places if p[0] in own] for n, places in found.items()}
            for own in (called, usual if len(usual) == 1 else [])
        )
        found = next((places for places in kept if all(places.values())), {})
    places = list(dict.fromkeys(place for places in found.values() for place in places))
    return [*places, *_more_parts(places, folders)]


def _more_parts(places: Sequence[Place], folders: Sequence[str]) -> list[Place]:
    """Return the folders that differ from those found in a number alone: later names lie there."""
    parts = dict.fromkeys((DIGITS.sub("", folder), end) for folder, end in places)
    known = {folder for folder, _ in places}
    others = [folder for folder in folders if folder not in known]
    return [(o, end) for o in others for part, end in parts if DIGITS.sub("", o) == part]


def _find_in(folders: Sequence[str], names: Sequence[str]) -> dict[str, list[Place]]:
    """Return the names that are files in some of the folders, each with all its places."""
    found: dict[str, list[Place]] = {}
    for at, name in enumerate(names):
        if at == SURE and not found:
            break
        places = [
            (folder, end) for folder in folders for end in ENDINGS if _is_file(folder, name, end)
        ]
        if places:
            found[name] = places
    return found


def folder_label(path: str) -> str:
    """Return the name of the nearest folder in a path that is more than `images`; else nothing.

    Eagle keeps each picture in a folder that is called by a number, Apple Photos, Immich and
    img2dataset in one by the first letters of its name; in `train/images`, `train2017`, `2019/07`,
    `upload/1` and on a camera's card, in `DCIM/100CANON`, lie pictures of all kinds.
    """
    *folders, file = KEPT.sub("", path).split("/")
    if folders[-2:] in (["originals", file[:1]], [file[:2], file[2:4]]):
        return ""
    if file[:9].isdecimal() and folders[-1:] == [file[:5]]:  # 00012/000120001.jpg
        folders.pop()
    names = [name for name in reversed(folders) if name]
    names = [n for n in names if not n.endswith((".info", ".library")) and not CARD.fullmatch(n)]
    names = [name for name in names if not SPLIT.fullmatch(name.lower())]
    names = [name for at, name in enumerate(names) if not _is_date(name, names[at + 1 :])]
    found = next((n for n in names if NUMBERED.sub("", n.lower()) not in SAYS_NOTHING), "")
    return found if found in names[:1] or found.lower() not in SPLITS else ""


def _is_date(name: str, above: Sequence[str]) -> bool:
    """Tell whether a folder is called by a time, or by a part of one in a folder of a year."""
    if DATE.fullmatch(name.lower()):
        return True
    is_part = PART_OF_DATE.fullmatch(name) is not None
    return is_part and any(DATE.fullmatch(each.lower()) for each in above[:2])


def is_class_among(root: Path, folder: str) -> bool:
    """Tell whether a folder called `photos` or so is a class beside others, as `drawings`.

    So is one called 1985 among others of numbers that are no years.

    Args:
        root: what its path starts from.
        folder: its path, whose names say nothing else.
    """
    above, _, name = folder.rpartition("/")
    if name.isdecimal() and DATE.fullmatch(name):
        numbers = list(filter(str.isdecimal, folder_names(root / above)[:MOST_FOLDERS]))
        return 2 * sum(DATE.fullmatch(number) is None for number in numbers) > len(numbers)
    return name.lower() in IMAGES and any(map(_is_class, _folders_in(str(root / above))))


def is_split_alone(root: Path, folder: str) -> bool:
    """Tell whether a folder called `train` or so is a split: no class lies beside it, as `bus`.

    Args:
        root: what its path starts from.
        folder: its path.
    """
    above, _, name = folder.rpartition("/")
    return name.lower() in SPLITS and not any(map(_is_class, _folders_in(str(root / above))))


def is_without_classes(root: Path, folder: str) -> bool:
    """Tell whether the class of the pictures in a split's own folder is unknown.

    So it is where another split has folders of classes: none is called as the folder above is.

    Args:
        root: what its path starts from.
        folder: the path of a split's folder.
    """
    beside = _folders_in(str(root / folder.rpartition("/")[0]))
    splits = (each for each in beside if os.path.basename(each).lower() in SPLITS)
    return any(map(_is_class, _list_inner(splits)))


def _is_class(folder: str) -> bool:
    name = os.path.basename(folder).lower()
    if NUMBERED.sub("", name) in SAYS_NOTHING | SPLITS | ANNOTATIONS or OF_THE_SAME.search(name):
        return False
    if SPLIT.fullmatch(name):
        return False
    try:
        with os.scandir(folder) as entries:
            return any(has_picture_ending(entry.name) for entry in entries)
    except OSError:
        return False


def find_in_places(places: Sequence[Place], name: str) -> str | None:
    """Return the path of the file that a name means in the first of the places that has it."""
    name = name.replace("\\", "/").lstrip("/")
    if not places or not _is_plain(name):
        return None
    paths = (os.path.join(folder, name + ending) for folder, ending in places)
    return next(filter(os.path.isfile, paths), None)


def _is_plain(name: str) -> bool:
    is_short = 0 < len(name) < 200 and not any(letter in name for letter in "\n\0:")
    return is_short and not os.path.isabs(name) and ".." not in name


def _is_file(folder: str, name: str, ending: str) -> bool:
    return os.path.isfile(os.path.join(folder, name + ending))


def _is_called(folder: str, table: str) -> bool:
    """Tell whether a folder's name says that it goes with a table, as train2017 and train do."""
    name, table = os.path.basename(folder).lower(), table.lower()
    if any(part in name and part in table for part in PARTS):  # cars_train and anno_train
        return True
    # A single letter stands in many a name.
    return name == table or (min(len(name), len(table)) > 1 and (name in table or table in name))


def _holds_images(folder: str) -> bool:
    """Tell whether a folder is called as those of pictures are: images_001, JPEGImages."""
    return NUMBERED.sub("", os.path.basename(folder).lower()) in IMAGES


def _list_folders(base: Path) -> list[str]:
    """Return the folders in which pictures of a table may lie, the nearest first."""
    near = list(_folders_in(str(base)))
    while re.split("[_-]", base.name.lower())[0] in ANNOTATIONS:
        base = base.parent
        near += _folders_in(str(base))
    return near


def _list_inner(folders: Iterable[str]) -> list[str]:
    return [inner for folder in folders for inner in _folders_in(folder)]


def folder_names(folder: Path | str) -> list[str]:
    """Return the names of the folders in one, but for hidden ones and those of systems, in order.

    None are returned where it cannot be listed.
    """
    try:
        with os.scandir(folder) as entries:
            return sorted(e.name for e in entries if e.is_dir() and not system_kind(e.name))
    except OSError:
        return []


def _folders_in(folder: str) -> Iterator[str]:
    yield from (os.path.join(folder, name) for name in folder_names(folder)[:MOST_FOLDERS])
