import pytest

from tests.ingest.test_folders import read, tree

__all__ = ["tree"]


@pytest.mark.parametrize(
    ("picture", "mask"),
    [
        ("JPEGImages/1.jpg", "SegmentationClass/1.png"),
        ("VOC/JPEGImages/1.jpg", "VOC/SegmentationObject/1.png"),
        ("images/training/1.jpg", "annotations/training/1.png"),
        ("images/1.jpg", "annotations/trimaps/1.png"),
        ("images/1.jpg", "masks/1_mask.png"),
        ("train/1.jpg", "train_masks/1_mask.png"),
        ("img/1.jpg", "gt/1.PNG"),
        ("set/image/1.jpg", "set/depth/1_depth.png"),
    ],
)
def test_masks_of_pictures_in_a_folder_beside_theirs_are_left_out(tree, picture, mask):
    root = tree([picture, mask])
    photos, faults, left = read(root)
    assert (list(photos), faults, left) == ([picture], {}, {"mask": 1})
    within = root / mask.rpartition("/")[0]
    assert len(read(within)[0]) == 1  # whoever wants them gives their folder


@pytest.mark.parametrize(
    ("picture", "other"),
    [
        ("images/1.jpg", "masks/2.png"),  # of no picture
        ("images/1.jpg", "drawings/1.png"),
        ("cats/1.jpg", "labels/1.png"),  # bottles' labels, perhaps
        ("train/1.jpg", "landmasks/1.png"),
        ("images/1.jpg", "images/1_mask.png"),
        ("images/1.jpg", "labels/1.jpg"),
    ],
)
def test_pictures_that_only_look_like_masks_are_photos(tree, picture, other):
    photos, _, left = read(tree([picture, other]))
    assert (sorted(photos), left) == (sorted([picture, other]), {})
