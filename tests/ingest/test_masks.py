"""Masks that sets for segmentation have beside their pictures."""

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ingest.sources import Source
from tests.ingest.pictures import encoded, jpeg, noise


def mask(kind: str, classes: int = 3) -> bytes:
    cells = np.arange(96) // 24 % classes * (255 // (classes - 1))
    image = Image.fromarray(np.broadcast_to(cells.astype(np.uint8), (96, 96)).copy())
    return encoded(image.convert("P") if kind == "GIF" else image, kind)


def put(root: Path, name: str, data: bytes) -> None:
    (root / name).parent.mkdir(parents=True, exist_ok=True)
    (root / name).write_bytes(data)


def read(root: Path) -> tuple[list[str], Counter[str]]:
    left: list[str] = []
    return [photo.id for photo in Source(root, leave_out=left.append)], Counter(left)


@pytest.mark.parametrize(
    ("picture", "masked"),
    [
        ("JPEGImages/{}.jpg", "SegmentationClass/{}.png"),  # Pascal VOC
        ("images/{}.jpg", "annotations/trimaps/{}.png"),  # Oxford Pets
        ("images/training/{}.jpg", "annotations/training/{}.png"),  # ADE20K
        ("bottle/test/cut/{}.png", "bottle/ground_truth/cut/{}_mask.png"),  # MVTec
        ("left/train/x/{}_leftImg8bit.png", "gtFine/train/x/{}_gtFine_labelIds.png"),  # Cityscapes
        ("train/{}.jpg", "train_masks/{}_mask.gif"),  # Carvana
        ("benign/{}.png", "benign/{}_mask_1.png"),  # BUSI
        ("ISIC_Training_Input/{}.jpg", "ISIC_Training_GroundTruth/{}_segmentation.png"),
        ("{}.jpg", "masks/{}.jpg"),
        ("x1/images/x.png", "x1/masks/nucleus {}.png"),  # Data Science Bowl 2018
    ],
)
def test_masks_are_left_out_and_counted(tmp_path, picture, masked):
    for at in range(4):
        put(tmp_path, picture.format(at), jpeg(at))
        kind = {"jpg": "JPEG", "gif": "GIF", "png": "PNG"}[masked[-3:]]
        put(tmp_path, masked.format(at), mask(kind, 2 + at))
    names, left = read(tmp_path)
    assert names == sorted({picture.format(at) for at in range(4)})
    assert left == {"masks of pictures": 4}


def test_drawings_in_several_forms_are_no_masks_of_each_other(tmp_path):
    names = [f"{name}{form}.png" for name in ("home", "user") for form in ("", "_l", "_label")]
    for at, name in enumerate(names):
        put(tmp_path, name, mask("PNG", 2 + at))
    assert read(tmp_path) == (sorted(names), {})


@pytest.mark.parametrize("folder", ["with_mask", "labels", "annotated"])
def test_photos_in_a_folder_called_so_are_photos(tmp_path, folder):
    for at in range(4):
        put(tmp_path, f"without/{at}.jpg", jpeg(at))
        put(tmp_path, f"{folder}/{at}.jpg", encoded(noise(seed=9 + at).convert("L")))
    assert len(read(tmp_path)[0]) == 8


def test_masks_of_no_picture_are_pictures(tmp_path):
    for at in range(4):
        put(tmp_path, f"masks/{at}.png", mask("PNG"))
        put(tmp_path, f"images/of {at}.jpg", jpeg(at))
    assert len(read(tmp_path)[0]) == 8
    assert len(read(tmp_path / "masks")[0]) == 4
