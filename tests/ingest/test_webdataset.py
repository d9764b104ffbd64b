import bz2
import gzip
import io
import json
import lzma
import tarfile
import tracemalloc
from collections import Counter

import pyarrow as pa
import pytest

from ingest.errors import DamagedSource
from ingest.sources import Source
from tests.ingest.pictures import encoded, jpeg, noise


def tar(path, members, **given):
    """Write a tar of (name, content), a picture where no content is given."""
    path.parent.mkdir(exist_ok=True, parents=True)
    with tarfile.open(path, "w", **given) as archive:
        for at, (name, content) in enumerate(members):
            data = jpeg(at) if content is None else content
            data = data.encode() if isinstance(data, str) else data
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return path


def read(path, **given):
    """The photos of a source, what is left out of it, and what damage was told."""
    left: list[str] = []
    photos, damage = [], ""
    try:
        for photo in Source(path, leave_out=left.append, **given):
            photos.append(photo)
    except DamagedSource as error:
        damage = str(error)
    return photos, Counter(left), damage


def captions(path):
    return {photo.id: photo.metadata.get("description") for photo in read(path)[0]}


def test_names_with_dots_are_photos_of_their_own(tmp_path):
    names = ["plain.jpg", "22.05.png", "a.b.jpeg", "IMG.0.2019.jpg", "IMG.1.2019.jpg", "v1.0.txt"]
    members = [(name, None if name[-3:] != "txt" else "x") for name in names]
    photos, left, damage = read(tar(tmp_path / "a.tar", members))
    assert [p.id for p in photos] == ["plain", "22.05", "a.b", "IMG.0.2019", "IMG.1.2019"]
    assert left == {"sample without a picture": 1}
    assert not damage


def test_folders_within_that_of_an_archive_are_labels(tmp_path):
    labels = {
        "food/images/apple pie/1.jpg": "apple pie",
        "./cats/1.jpg": "cats",
        "set/train/dogs/1.jpg": "dogs",
        "set/dogs/2.jpg": "3",
        "set/dogs/2.cls": None,
        "00012/000120001.jpg": None,
        "set/train/1.jpg": None,
        "train/1.jpg": None,
        "1.jpg": None,
    }
    members = [(name, "3" if name.endswith("cls") else None) for name in labels]
    for name in ("a.tar", "b.tgz"):
        photos = read(tar(tmp_path / name, members))[0]
        found = [photo.metadata.get("label") for photo in photos]
        assert found == [label for name, label in labels.items() if name.endswith("jpg")]


def test_the_one_folder_that_an_archive_lies_in_is_no_label(tmp_path):
    for names in (["cats/1.jpg", "cats/2.jpg"], ["./cats/1.jpg", "cats/2.jpg"], ["cats/1.jpg"]):
        photos = read(tar(tmp_path / "a.tar", [(name, None) for name in names]))[0]
        assert [photo.metadata for photo in photos] == [{}] * len(names)
    path = tar(tmp_path / "a.tar", [("cats/1.jpg", None), ("dogs/1.jpg", None)])
    assert [photo.metadata["label"] for photo in read(path)[0]] == ["cats", "dogs"]


def test_several_pictures_of_a_sample_share_its_caption_and_keep_their_own(tmp_path):
    path = tar(
        tmp_path / "a.tar",
        [("x/1.json", '{"city": "Lyon"}'), ("x/1.left.jpg", None), ("x/1.left.txt", "left"),
         ("x/1.right.jpg", None), ("x/1.txt", "both"), ("x/2.jpg", None), ("x/2.mood.txt", "p")],
    )  # fmt: skip
    photos = {photo.id: photo for photo in read(path)[0]}
    assert list(photos) == ["x/1.left", "x/1.right", "x/2"]
    assert photos["x/1.left"].metadata == {"description": "left", "city": "Lyon"}
    assert photos["x/1.right"].metadata == {"description": "both", "city": "Lyon"}
    assert photos["x/2"].extra == {"mood": "p"}


def test_masks_of_a_picture_are_counted_and_not_photos(tmp_path):
    members = [("1.jpg", None), ("1.seg.png", encoded(noise(), "PNG")), ("1.cls", "7"),
               ("2.seg.jpg", None), ("3.jpg", None), ("3.depth.npy", b"\x93NUMPY")]  # fmt: skip
    photos, left, _ = read(tar(tmp_path / "a.tar", members))
    assert [(p.id, p.metadata) for p in photos] == [("1", {"label": "7"}), ("2.seg", {}), ("3", {})]
    assert left == {".seg.png": 1, ".npy": 1}


def test_texts_behind_a_pictures_whole_name_are_its_captions(tmp_path):
    members = [("1.jpg", None), ("1.jpg.txt", "a house"), ("2.jpg", None), ("2.json", '["x", "y"]'),
               ("3.jpg", None), ("3.json", "[1, 2]")]  # fmt: skip
    photos, left, _ = read(tar(tmp_path / "a.tar", members))
    assert [photo.captions for photo in photos] == [("a house",), ("x", "y"), ()]
    assert [photo.extra for photo in photos] == [{}, {}, {}]
    assert left == {"unreadable .json": 1}


def test_texts_named_after_the_sample_alone_are_about_its_pictures(tmp_path):
    members = [("1.rgb.jpg", None), ("1.depth.png", encoded(noise(), "PNG")),
               ("1.caption.txt", "a house"), ("1.meta.json", '{"iso": 100}'),
               ("2019.07.05.jpg", None), ("2019.07.06.txt", "of a picture that is not here"),
               ("3.rgb.jpg", None), ("3.rgb.caption.txt", "own")]  # fmt: skip
    photos, left, _ = read(tar(tmp_path / "a.tar", members))
    assert [photo.id for photo in photos] == ["1.rgb", "2019.07.05", "3.rgb"]
    assert photos[0].metadata == {"description": "a house"}
    assert photos[0].extra == {"iso": 100}
    assert (photos[1].metadata, photos[1].extra) == ({}, {})
    assert photos[2].metadata == {"description": "own"}
    assert left == {".depth.png": 1}


@pytest.mark.parametrize(
    ("said", "told", "label", "kept"),
    [
        ("7", {"class_name": "tench", "label": 7}, "tench", {"label": 7}),
        ("7", {"class_name": "tench"}, "tench", {"label": "7"}),
        ("n014", {"class_name": "tench", "label": 7}, "n014", {"label": 7, "label 2": "tench"}),
        ("8", {"label": 7}, "8", {"label": "7"}),
    ],
)
def test_the_word_of_a_class_goes_before_its_number_and_neither_is_lost(
    tmp_path, said, told, label, kept
):
    members = [("1.jpg", None), ("1.cls", said), ("1.json", json.dumps(told))]
    ((photo,), _, _) = read(tar(tmp_path / "a.tar", members))
    assert (photo.metadata["label"], photo.extra) == (label, kept)


def test_a_file_that_stands_twice_in_a_tar_counts_once_unless_it_changed(tmp_path, ingest):
    path = tmp_path / "a.tar"
    tar(path, [("1.jpg", jpeg(1)), ("2.jpg", jpeg(2)), ("1.jpg", jpeg(1)), ("2.jpg", jpeg(3))])
    summary = ingest(path)
    assert (summary.inserted, summary.doubled) == (3, 1)
    assert ingest(path).inserted == 0


def test_two_pictures_of_one_name_are_two_photos(tmp_path):
    photos, _, _ = read(tar(tmp_path / "a.tar", [("1.jpg", None), ("1.png", None)]))
    assert [photo.id for photo in photos] == ["1", "1.png"]


def test_other_endings_are_read_by_content_and_captions_by_their_names(tmp_path):
    members = [("1.img", None), ("1.cap", "one"), ("2.image", None), ("2.caption", "two"),
               ("3", None), ("4.jpg", None), ("4.text", "four"),
               ("5.mp4", b"\0\0\0\x18ftypisom")]  # fmt: skip
    path = tar(tmp_path / "a.tar", members)
    assert captions(path) == {"1": "one", "2": "two", "3": None, "4": "four"}
    assert read(path)[1] == {".mp4": 1}


@pytest.mark.parametrize("names", ["by kind", "reversed", "far apart"])
def test_samples_whose_files_lie_apart_are_whole(tmp_path, names):
    texts = [(f"s/{at}.txt", f"caption {at}") for at in range(40)]
    pictures = [(f"s/{at}.jpg", None) for at in range(40)]
    order = {
        "by kind": pictures + texts,
        "reversed": texts[::-1] + pictures,
        "far apart": pictures[:1] + texts[1:] + pictures[1:] + texts[:1],
    }
    found = captions(tar(tmp_path / "a.tar", order[names]))
    assert found == {f"s/{at}": f"caption {at}" for at in range(40)}


def test_a_key_of_many_pictures_is_not_held_in_memory(tmp_path):
    members = [(f"IMG.{at}.jpg", b"\xff\xd8\xff" + bytes(1 << 20)) for at in range(40)]
    members += [(f"IMG.{at}.txt", b"caption %d" % at) for at in range(40)]
    path = tar(tmp_path / "a.tar", members)
    del members
    tracemalloc.start()
    try:
        found = [photo.metadata["description"] for photo in Source(path)]
        assert tracemalloc.get_traced_memory()[1] < 8 << 20
    finally:
        tracemalloc.stop()
    assert found == [f"caption {at}" for at in range(40)]


@pytest.mark.parametrize("ending", [".tar.gz", ".tgz", ".tar.bz2", ".tar.xz", ".tar.zst"])
def test_packed_tars_are_read_whole_and_cut(tmp_path, ending):
    members = [(f"{at}.jpg", jpeg(at, 400, 400)) for at in range(30)]
    plain = tar(tmp_path / "plain.tar", members).read_bytes()
    packed = {
        ".tar.gz": gzip.compress, ".tgz": gzip.compress, ".tar.bz2": bz2.compress,
        ".tar.xz": lzma.compress, ".tar.zst": pa.Codec("zstd").compress,
    }[ending](plain)  # fmt: skip
    packed = packed if isinstance(packed, bytes) else packed.to_pybytes()
    (tmp_path / f"a{ending}").write_bytes(packed)
    photos, left, damage = read(tmp_path / f"a{ending}")
    assert [photo.id for photo in photos] == [str(at) for at in range(30)]
    assert not left
    assert not damage
    (tmp_path / f"b{ending}").write_bytes(packed[: len(packed) // 2])
    photos, _, damage = read(tmp_path / f"b{ending}")
    assert len(photos) < 30
    assert "breaks off or is damaged" in damage


@pytest.mark.parametrize("kept", [0.2, 0.5, 0.9])
def test_of_a_tar_that_breaks_off_every_whole_sample_is_read(tmp_path, kept):
    members = [(f"{at}.jpg", None) for at in range(20)]
    path = tar(tmp_path / "a.tar", members)
    ends = []
    with tarfile.open(path) as archive:
        ends = [member.offset_data + member.size for member in archive]
    data = path.read_bytes()
    cut = int(ends[-1] * kept)
    path.write_bytes(data[:cut])
    photos, _, damage = read(path)
    assert [photo.id for photo in photos] == [str(at) for at, end in enumerate(ends) if end <= cut]
    assert [photo.payload for photo in photos] == [jpeg(at) for at in range(len(photos))]
    assert "breaks off or is damaged" in damage


def test_behind_a_damaged_header_the_rest_is_read(tmp_path):
    path = tar(tmp_path / "a.tar", [(f"{at}.jpg", None) for at in range(6)])
    data = bytearray(path.read_bytes())
    with tarfile.open(path) as archive:
        header = archive.getmember("2.jpg").offset
    data[header : header + 200] = bytes([7]) * 200
    path.write_bytes(data)
    photos, _, damage = read(path)
    assert [photo.id for photo in photos] == ["0", "1", "3", "4", "5"]
    assert "damaged" in damage


def test_tars_written_one_behind_the_other_are_read_both(tmp_path):
    a = tar(tmp_path / "a.tar", [("1.jpg", None)]).read_bytes()
    b = tar(tmp_path / "b.tar", [("2.jpg", None)]).read_bytes()
    (tmp_path / "c.tar").write_bytes(a + b)
    photos, _, damage = read(tmp_path / "c.tar")
    assert ([photo.id for photo in photos], damage) == (["1", "2"], "")


def test_every_tar_of_a_folder_is_read_also_beside_a_damaged_one(tmp_path):
    root = tmp_path / "set"
    for at, place in enumerate(["train", "train", "val", "val"]):
        tar(root / place / f"{at:05}.tar", [(f"{at}{n}.jpg", None) for n in range(3)])
    broken = root / "train" / "00000.tar"
    broken.write_bytes(broken.read_bytes()[:-8000])
    photos, _, damage = read(root)
    assert len(photos) >= 9
    assert "00000.tar" in damage


def test_an_img2dataset_folder_is_read_from_its_tars(tmp_path):
    import pyarrow.parquet as pq

    about = {"url": "http://a.invalid/1.jpg", "caption": "one", "key": "000000000", "width": 640}
    members = [("000000000.jpg", None), ("000000000.txt", "one"),
               ("000000000.json", json.dumps(about))]  # fmt: skip
    tar(tmp_path / "00000.tar", members)
    rows = [{**about, "status": "success"}, {"url": "http://a.invalid/2.jpg", "status": "failed"}]
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "00000.parquet")
    (tmp_path / "00000_stats.json").write_text("{}")
    (photo,), left, _ = read(tmp_path)
    assert (photo.id, photo.address, photo.payload) == ("000000000", about["url"], jpeg(0))
    assert photo.metadata == {"description": "one", "width": 640}
    assert left == {".parquet": 1, ".json": 1}


def test_odd_entries_of_a_tar_are_counted(tmp_path):
    path = tmp_path / "a.tar"
    tar(path, [("./1.jpg", None), ("._1.jpg", "x"), ("__MACOSX/2.jpg", None), ("../3.jpg", None),
               ("raw/4.jpg", None)])  # fmt: skip
    with tarfile.open(path, "a") as archive:
        link = tarfile.TarInfo("5.jpg")
        link.type, link.linkname = tarfile.SYMTYPE, "1.jpg"
        archive.addfile(link)
    photos, left, damage = read(path, exclude=["raw/"])
    assert [photo.id for photo in photos] == ["1", "3"]
    assert left == {"hidden": 1, "__MACOSX": 1, "excluded": 1, "link or device": 1}
    assert not damage
