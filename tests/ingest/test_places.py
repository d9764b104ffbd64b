"""Tables that name their pictures without folder or ending."""

import json
from pathlib import Path

import pytest

from ingest.errors import SourceError
from ingest.sources import Source, Table, preview
from tests.ingest.pictures import jpeg


def put(folder: Path, names: str, seed: int = 0) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for at, name in enumerate(names.split()):
        (folder / name).write_bytes(jpeg(seed + at))


def found(path: Path) -> list[str]:
    return [
        Path(photo.address).relative_to(path.parent.parent).as_posix() for photo in Source(path)
    ]


def table(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


@pytest.mark.parametrize("ending", ["jpg", "JPEG", "tiff", "bmp"])
def test_names_without_ending_lead_to_the_files_in_the_folder_beside(tmp_path, ending):
    put(tmp_path / "set" / "train", f"01.{ending} 02.{ending}")
    path = table(tmp_path / "set" / "train.csv", "id,label\n01,cat\n02,dog\n03,dog\n")
    assert found(path)[:2] == [f"set/train/01.{ending}", f"set/train/02.{ending}"]
    assert [photo.id for photo in Source(path)] == ["01", "02", "03"]
    assert [photo.metadata["label"] for photo in Source(path)] == ["cat", "dog", "dog"]
    assert "address: id" in preview(path).choices
    assert "pictures in: train" in preview(path).choices


def test_labels_that_are_also_names_of_files_are_no_pictures(tmp_path):
    put(tmp_path / "set", "cat.jpg dog.jpg")
    put(tmp_path / "set" / "images", "1.jpg 2.jpg")
    path = table(tmp_path / "set" / "t.csv", "label,shot\ncat,1\ndog,2\n")
    assert found(path) == ["set/images/1.jpg", "set/images/2.jpg"]
    path = table(tmp_path / "set" / "t.csv", "label,where\ncat,http://a/1\ndog,http://a/2\n")
    assert [photo.address for photo in Source(path)] == ["http://a/1", "http://a/2"]
    assert [photo.metadata["label"] for photo in Source(path)] == ["cat", "dog"]
    path = table(tmp_path / "set" / "t.csv", "label,size\ncat,1000\ndog,2000\n")
    assert found(path) == ["set/cat.jpg", "set/dog.jpg"]


@pytest.mark.parametrize("where", ["images", "train2017", "images/val2017", "images_01/all"])
def test_pictures_of_annotations_lie_beside_their_folder(tmp_path, where):
    put(tmp_path / where, "a.jpg b.jpg")
    images = [{"id": at, "file_name": name} for at, name in enumerate(["a.jpg", "b.jpg"])]
    told = {"images": images, "annotations": [], "categories": []}
    path = table(tmp_path / "annotations" / "instances.json", json.dumps(told))
    assert found(path) == [f"{where}/a.jpg", f"{where}/b.jpg"]


@pytest.mark.parametrize("inner", ["annotations", "annotations/2017", "my_activity/posts/album"])
@pytest.mark.parametrize("start", ["images", "set/images"])
def test_paths_that_start_above_the_tables_folder_lead_to_the_files(tmp_path, inner, start):
    put(tmp_path / "set" / "images", "a.jpg b.jpg")
    inner = "." if start == "set/images" else inner
    lines = [f"{start}/{name}.jpg" for name in "abc"]
    path = table(tmp_path / "set" / inner / "t.csv", "file\n" + "\n".join(lines))
    assert [Path(photo.address).exists() for photo in Source(path)] == [True, True, False]
    put(tmp_path / "set" / inner / start, "a.jpg b.jpg", seed=5)
    put(tmp_path / "set" / "images", "c.jpg")
    # The table's own folder has some: what it lacks is missing, whatever lies elsewhere.
    assert [Path(photo.address).exists() for photo in Source(path)] == [True, True, False]


def test_lists_of_pascal_voc_lead_to_its_pictures(tmp_path):
    put(tmp_path / "JPEGImages", "000001.jpg 000002.jpg")
    path = table(tmp_path / "ImageSets" / "Main" / "train.txt", "000001\n000002\n")
    assert [Path(photo.address).exists() for photo in Source(path)] == [True, True]


@pytest.mark.parametrize("masks", ["SegmentationClass", "annotations/trimaps", "masks"])
@pytest.mark.parametrize("lines", ["{0}", "{0}  1", "{0} 1 2e-05 -1", "{0}\t1"])
def test_pictures_are_listed_and_not_the_masks_of_the_same_names(tmp_path, masks, lines):
    put(tmp_path / "images", "2007_01.jpg beagle_2.jpg")
    put(tmp_path / masks, "2007_01.png beagle_2.png", seed=5)
    names = ["2007_01", "beagle_2"]
    path = table(tmp_path / "annotations" / "trainval.txt", "\n".join(map(lines.format, names)))
    assert found(path) == [f"images/{name}.jpg" for name in names]
    assert [photo.id for photo in Source(path)] == names


@pytest.mark.parametrize(
    "head", ["3\nBald Smiling \n", "Bald Smiling\n", "3\nimage_id Bald Smiling\n"]
)
def test_lists_parted_by_spaces_keep_the_names_of_their_columns(tmp_path, head):
    put(tmp_path / "img_align_celeba", "1.jpg 2.jpg 3.jpg")
    lines = [f"{n}.jpg  1 -{n}" for n in (1, 2, 3)]
    path = table(tmp_path / "list_attr.txt", head + "\n".join(lines))
    assert [photo.extra for photo in Source(path)] == [
        {"Bald": 1, "Smiling": -n} for n in (1, 2, 3)
    ]
    assert all(Path(photo.address).exists() for photo in Source(path))


@pytest.mark.parametrize("count", ["", "3\n"])
@pytest.mark.parametrize("row", ["img/{0}.jpg train", "{0} 1 img/{0}.jpg", "{0}   a img/{0}.jpg"])
def test_the_names_of_columns_parted_by_spaces_are_no_photo(tmp_path, count, row):
    put(tmp_path / "img", "1.jpg 2.jpg 3.jpg")
    names = "image_name status" if row.endswith("train") else "image_id class_id path"
    lines = [names, *map(row.format, (1, 2, 3))]
    path = table(tmp_path / "Anno" / "list.txt", count + "\n".join(lines))
    assert found(path) == ["img/1.jpg", "img/2.jpg", "img/3.jpg"]


def test_files_with_spaces_in_their_names_are_no_columns(tmp_path):
    names = [f"photo {n}.jpg" for n in (1, 2, 3)]
    path = table(tmp_path / "list.txt", "\n".join(names))
    assert [Path(photo.address).name for photo in Source(path)] == names


def test_paths_that_start_with_a_slash_lead_to_the_files_in_the_folder_beside(tmp_path):
    put(tmp_path / "data_256" / "a" / "abbey", "1.jpg 2.jpg")
    path = table(tmp_path / "train.txt", "/a/abbey/1.jpg 0\n/a/abbey/2.jpg 0\n")
    assert [Path(photo.address).exists() for photo in Source(path)] == [True, True]


def test_names_in_folders_without_ending_are_paths_and_no_captions(tmp_path):
    put(tmp_path / "images" / "pie", "1.jpg 2.jpg")
    path = table(tmp_path / "meta" / "train.txt", "pie/1\npie/2\n")
    assert found(path) == ["images/pie/1.jpg", "images/pie/2.jpg"]
    assert [photo.captions for photo in Source(path)] == [(), ()]


def test_of_two_folders_with_the_same_names_the_tables_own_is_taken(tmp_path):
    put(tmp_path / "set" / "train", "1.jpg 2.jpg")
    put(tmp_path / "set" / "test", "1.jpg 2.jpg", seed=5)
    assert found(table(tmp_path / "set" / "test.csv", "file\n1.jpg\n2.jpg\n")) == [
        "set/test/1.jpg",
        "set/test/2.jpg",
    ]
    other = table(tmp_path / "set" / "all.csv", "file\n1.jpg\n2.jpg\n")
    assert found(other) == ["set/1.jpg", "set/2.jpg"]  # nobody can tell: no such files


def test_pictures_of_another_folder_are_not_taken_for_a_few_missing_ones(tmp_path):
    put(tmp_path / "set", "a.jpg b.jpg c.jpg")
    put(tmp_path / "set" / "trip", "e.jpg")
    path = table(
        tmp_path / "set" / "t.csv", "file\na.jpg\nb.jpg\nc.jpg\nd.jpg\ne.jpg\nf.jpg\ng.jpg\n"
    )
    assert "set/e.jpg" in found(path)
    put(tmp_path, "x.jpg y.jpg")
    lonely = table(tmp_path / "lists of mine" / "t.csv", "file\nx.jpg\ny.jpg\n")
    assert found(lonely) == ["lists of mine/x.jpg", "lists of mine/y.jpg"]


def test_a_table_whose_words_are_no_files_is_still_refused(tmp_path):
    put(tmp_path / "images", "a.jpg")
    path = table(tmp_path / "t.csv", "name,mood\nhouse,calm\nlake,wild\n")
    with pytest.raises(SourceError, match="None of the columns name, mood looks like"):
        list(Source(path, Table()))
    path.write_text("let part0 = [{" + "many words " * 99)
    with pytest.raises(SourceError, match="None of the columns let part0") as refused:
        list(Source(path, Table()))
    assert len(str(refused.value)) < 400


def test_several_captions_of_a_picture_are_one_photo(tmp_path, ingest):
    put(tmp_path, "a.jpg b.jpg")
    lines = [f"{name}#{n}\tA caption of {name}, the {n}th ." for name in ("a.jpg", "b.jpg")
             for n in range(5)]  # fmt: skip
    summary = ingest(table(tmp_path / "captions.token.txt", "\n".join(lines)))
    assert (summary.inserted, summary.doubled, summary.failed) == (2, 8, 0)


def test_a_table_of_one_letter_is_not_taken_for_the_masks_that_hold_it(tmp_path):
    put(tmp_path / "set" / "JPEGImages", "a.jpg b.jpg")
    put(tmp_path / "set" / "SegmentationClass", "a.jpg b.jpg", seed=5)
    path = table(tmp_path / "set" / "t.txt", "a\nb\n")
    assert found(path) == ["set/JPEGImages/a.jpg", "set/JPEGImages/b.jpg"]


@pytest.mark.parametrize(
    "head", ["Folder,File Name", "Directory,filename", "folder,file", "RelativePath,File"]
)
@pytest.mark.parametrize("before", ["", "./", "/Users/me/Pictures/", "C:\\Photos\\", "pictures/"])
def test_a_folder_in_a_column_of_its_own_stands_before_the_name(tmp_path, head, before):
    root = tmp_path / "pictures" if before == "pictures/" else tmp_path
    put(root / "2019" / "trip", "a.jpg b.jpg")
    put(root / "2020", "a.jpg")
    rows = ("2019/trip", "a.jpg"), ("2020/", "a.jpg"), ("2019/trip", "b.jpg")
    part = "\\" if "\\" in before else "/"
    lines = [f"{before}{folder},{name}".replace("/", part) for folder, name in rows]
    path = tmp_path / "list.csv"
    path.write_text(
        "\n".join([f"{head},Caption", *(f"{line},{n}" for n, line in enumerate(lines))])
    )
    names = ["2019/trip/a.jpg", "2020/a.jpg", "2019/trip/b.jpg"]
    assert [Path(photo.address) for photo in Source(path)] == [root / name for name in names]


def test_a_folder_that_leads_nowhere_leaves_the_name(tmp_path):
    put(tmp_path / "set" / "images", "a.jpg b.jpg")
    path = tmp_path / "set" / "list.csv"
    path.write_text("Folder,File Name\nHolidays,a.jpg\nWork,b.jpg\n")
    assert found(path) == ["set/images/a.jpg", "set/images/b.jpg"]


@pytest.mark.parametrize("link", ["link", "image_url", "url"])
@pytest.mark.parametrize("where", [".", "images", "elsewhere"])
def test_files_that_are_there_go_before_their_addresses_in_the_web(tmp_path, link, where):
    far = "https://x.org/far/a.jpg"
    put(tmp_path / "set" / where if where != "elsewhere" else tmp_path / where, "a.jpg b.jpg")
    rows = f"1,{far},a.jpg,\n2,{far.replace('a.jpg', 'b.jpg')},b.jpg,"
    path = table(tmp_path / "set" / "t.csv", f"id,{link},filename,note\n{rows}\n")
    address = next(iter(Source(path))).address
    near = str(tmp_path / "set" / where / "a.jpg") if where != "elsewhere" else far
    assert Path(address) == Path(near)
    assert [photo.id for photo in Source(path)] == ["1", "2"]


@pytest.mark.parametrize("beside", ["mask", "thumbnail_path", "label_image"])
def test_a_mask_or_a_small_copy_that_is_there_goes_behind_the_picture_in_the_web(tmp_path, beside):
    put(tmp_path / "set", "a.png b.png")
    rows = "1,https://x.org/far/a.jpg,a.png\n2,https://x.org/far/b.jpg,b.png\n"
    path = table(tmp_path / "set" / "t.csv", f"id,url,{beside}\n{rows}")
    assert next(iter(Source(path))).address == "https://x.org/far/a.jpg"
