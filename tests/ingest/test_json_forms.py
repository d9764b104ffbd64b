"""JSON in the forms that tools write tables of pictures in."""

import base64
import csv
import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ingest.errors import DamagedSource, SourceError
from ingest.sources import Photo, Source
from tests.ingest.pictures import jpeg

NAMES = ["a.jpg", "b.jpg", "c.jpg"]
CAPTIONS = ["a red house", "two dogs", "a field"]
PAIRS = list(zip(NAMES, CAPTIONS, strict=True))
ROWS = [{"file": name, "caption": caption} for name, caption in PAIRS]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for at, name in enumerate(NAMES):
        (tmp_path / name).write_bytes(jpeg(at))
    return tmp_path


def read(path: Path, content: object, **options) -> list[Photo]:
    text = content if isinstance(content, str) else json.dumps(content, **options)
    path.write_text(text)
    return list(Source(path))


def files(photos: list[Photo]) -> list[str]:
    return [Path(photo.address).name for photo in photos]


FORMS = {
    "rows inside": {"data": {"items": ROWS}, "total": 3},
    "rows further inside": {"meta": {"version": {"n": 1}}, "set": {"all": {"rows": ROWS}}},
    "split by pandas": {"columns": ["file", "caption"], "index": [0, 1, 2], "data": PAIRS},
    "columns": {"input": NAMES, "caption": CAPTIONS},
    "columns beside what is said of them": {
        "version": 1,
        "info": {"by": "me"},
        "input": NAMES,
        "caption": CAPTIONS,
    },
    "captions by path": dict(PAIRS),
    "several captions by path": {name: [caption, "other words"] for name, caption in PAIRS},
    "rows by path": {name: {"caption": caption} for name, caption in PAIRS},
    "pairs": PAIRS,
    "pairs below their names": [["file", "caption"], *PAIRS],
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("indent", [None, 1])
def test_every_form_gives_pictures_and_captions(folder, form, indent):
    photos = read(folder / "t.json", FORMS[form], indent=indent)
    assert files(photos) == NAMES
    assert [photo.metadata["description"] for photo in photos] == CAPTIONS


def test_lists_that_are_lines_are_rows(folder):
    photos = read(folder / "t.json", "\n".join(json.dumps(pair) for pair in PAIRS))
    assert files(photos) == NAMES
    assert [photo.metadata["description"] for photo in photos] == CAPTIONS


IIIF = "https://m.org/iiif/{}/full/max/0/default.jpg"
WITHIN = {
    "IIIF 2": {
        "@id": "https://m.org/manifest",
        "metadata": [{"label": "Author", "value": "X"}, {"label": "Date", "value": "1900"}],
        "thumbnail": "https://m.org/small.jpg",
        "sequences": [
            {
                "@type": "sc:Sequence",
                "canvases": [
                    {
                        "@id": f"https://m.org/c{n}",
                        "images": [{"resource": {"@id": IIIF.format(n)}}],
                    }
                    for n in (1, 2)
                ],
            }
        ],
    },
    "IIIF 3": {
        "id": "https://m.org/manifest",
        "items": [
            {
                "id": f"https://m.org/c{n}",
                "items": [{"id": "https://m.org/p", "items": [{"body": {"id": IIIF.format(n)}}]}],
            }
            for n in (1, 2)
        ],
    },
    "MediaWiki": {
        "query": {
            "pages": {n: {"title": "A", "imageinfo": [{"url": IIIF.format(n)}]} for n in "12"}
        }
    },
    "Instagram": [{"media": [{"uri": IIIF.format(n)} for n in (1, 2)]}, {"post": "x"}],
}


@pytest.mark.parametrize("told", WITHIN.values(), ids=WITHIN.keys())
def test_pictures_in_lists_of_a_row_are_found(folder, told):
    (folder / "t.json").write_text(json.dumps(told))
    found = [photo.address for photo in Source(folder / "t.json") if photo.address]
    assert found == [IIIF.format(1), IIIF.format(2)]


def test_posts_and_products_are_as_many_photos_as_they_have_pictures(folder):
    media = [{"uri": f"{n}.jpg", "title": f"of {n}", "size": n} for n in range(3)]
    posts = [{"title": "Trip", "media": media[:2]}, {"title": "Sea", "media": media[2:]}]
    photos = read(folder / "posts.json", json.dumps(posts))  # Instagram
    assert files(photos) == ["0.jpg", "1.jpg", "2.jpg"]
    assert [photo.metadata["description"] for photo in photos] == ["Trip", "Trip", "Sea"]
    assert [photo.extra["media.title"] for photo in photos] == ["of 0", "of 1", "of 2"]
    told = [{"data": [{"media": each} for each in media]}]
    photos = read(folder / "posts.json", json.dumps([{"attachments": told}, {"data": "x"}]))
    assert files(photos)[:3] == ["0.jpg", "1.jpg", "2.jpg"]  # Facebook
    sizes = [{"source": f"{n}.jpg", "width": n} for n in range(3)]
    for row in ({"sizes": sizes}, {"path": "0.jpg", "others": media}):
        photos = read(folder / "one.json", json.dumps([row, row]))
        assert files(photos) == ["0.jpg", "0.jpg"]


@pytest.mark.parametrize(("name", "shown"), [("comments", "avatar"), ("steps", "photo")])
def test_a_picture_stays_one_beside_those_of_its_comments(folder, name, shown):
    parts = [{shown: f"https://x.org/{n}.jpg"} for n in "ab"]
    own = ["https://x.org/0", "https://x.org/1"]
    photos = read(folder / "t.json", [{"image": each, name: parts} for each in own])
    assert [photo.address for photo in photos] == own
    nested = [{"image": {"url": f"{each}.jpg"}, name: parts} for each in own]
    assert files(read(folder / "t.json", nested)) == ["0.jpg", "1.jpg"]
    images = [{"src": part[shown]} for part in parts]
    several = [{"image": each, "images": images} for each in own]
    assert files(read(folder / "t.json", several)) == ["a.jpg", "b.jpg"] * 2


def test_the_only_picture_of_a_post_keeps_its_numbers_and_times(folder):
    media = [{"uri": name, "creation_timestamp": 1672628645, "size": 7} for name in NAMES]
    posts: list[Any] = [{"media": media[:1]}, {"title": "Two", "media": media[1:]}]
    nested = [{"attachments": {"data": post["media"]}} for post in posts]
    for told in (posts, nested):
        photos = read(folder / "posts.json", told)
        assert files(photos) == NAMES
        assert {photo.metadata["taken"].year for photo in photos} == {2023}
        assert {len(photo.extra) for photo in photos} == {1}
    others = [{"authors": [{"uri": "c.jpg"}], "media": media[:2]}]
    assert len(read(folder / "posts.json", others)) == 2


@pytest.mark.parametrize("form", ["json", "jsonl", "parquet", "beside"])
def test_words_in_lists_of_rows_are_kept_each_once(folder, form):
    regions = [
        {"kind": kind, "box": [1, 2], "is": {"crowd": "no"}} for kind in ("dog", "cat", "dog")
    ]
    row = {"path": "a.jpg", "regions": regions}
    if form == "parquet":
        pq.write_table(pa.Table.from_pylist([row]), folder / "t.parquet")
        (photo,) = Source(folder / "t.parquet")
    elif form == "beside":
        (folder / "a.json").write_text(json.dumps(row))
        photo = next(iter(Source(folder)))
    else:
        (folder / f"t.{form}").write_text(json.dumps(row if form == "jsonl" else [row]))
        (photo,) = Source(folder / f"t.{form}")
    assert photo.extra.items() >= {"regions.kind": "dog, cat", "regions.is.crowd": "no"}.items()


@pytest.mark.parametrize("form", ["json", "csv", "beside"])
def test_pictures_and_masks_written_as_text_never_become_text(folder, form):
    data = base64.b64encode(jpeg(0)).decode()
    row: dict[str, Any] = {
        "path": "a.jpg",
        "imageData": data,
        "mask": f"data:image/png;base64,{data}",
        "mood": "calm",
    }
    if form == "csv":
        (folder / "t.csv").write_text("|".join(row) + "\n" + "|".join(row.values()))
    else:
        row = row | {"shapes": [{"kind": "dog", "mask": data}]}
        (folder / ("a.json" if form == "beside" else "t.json")).write_text(json.dumps([row]))
    photo = next(iter(Source(folder if form == "beside" else folder / f"t.{form}")))
    assert photo.extra.pop("path", "a.jpg") == "a.jpg"
    assert photo.extra == {"mood": "calm"} | ({} if form == "csv" else {"shapes.kind": "dog"})


def test_what_stands_beside_a_nested_address_is_known_by_its_own_name(folder):
    rows = [{"_source": {"image": "a.jpg", "caption": "red", "label": "a", "n": 5}}]
    (folder / "t.json").write_text(json.dumps(rows))
    (photo,) = Source(folder / "t.json")
    assert photo.metadata == {"description": "red", "label": "a"}
    assert photo.extra == {"_source.n": 5}


@pytest.mark.parametrize("shape", [{"type": "Point", "coordinates": [13.4, 52.5, 30]}, None])
def test_points_of_geojson_are_places(folder, shape):
    feature = {"type": "Feature", "geometry": shape, "properties": {"photo": "a.jpg"}}
    text = json.dumps({"type": "FeatureCollection", "features": [feature, feature]})
    (folder / "t.geojson").write_text(text)
    found = list(Source(folder / "t.geojson"))
    place = {"longitude": 13.4, "latitude": 52.5} if shape else {}
    assert [photo.extra.keys() & {"longitude", "latitude"} for photo in found] == [place.keys()] * 2
    assert all(photo.extra.items() >= place.items() for photo in found)
    assert Source(folder / "t.geojson").total() is None


@pytest.mark.parametrize("labels", [[1, 0, 1], ["cat", "dog", "cat"]])
def test_labels_by_path_are_labels(folder, labels):
    photos = read(folder / "t.json", dict(zip(NAMES, labels, strict=True)))
    assert [photo.metadata["label"] for photo in photos] == [str(label) for label in labels]


@pytest.mark.parametrize("is_by_path", [True, False])
def test_several_labels_of_a_picture_are_all_kept(folder, is_by_path):
    told = {"a.jpg": ["cat", "dog", "cat"], "b.jpg": ["dog"], "c.jpg": []}
    rows = [{"file": name, "labels": labels} for name, labels in told.items()]
    photos = read(folder / "t.json", told if is_by_path else rows)
    assert [photo.metadata.get("label") for photo in photos] == ["cat|dog", "dog", None]


@pytest.mark.parametrize("indent", [None, 1])
@pytest.mark.parametrize(
    ("lists", "labels", "splits"),
    [
        ({"cat": NAMES[:2], "dog": NAMES[2:]}, ["cat", "cat", "dog"], [None] * 3),
        ({"cat": NAMES, "tame": NAMES}, ["cat|tame"] * 3, [None] * 3),
        ({"photos": NAMES[:1], "drawings": NAMES[1:]}, ["photos"] + ["drawings"] * 2, [None] * 3),
        ({"train": NAMES[:2], "val": NAMES[2:]}, [None] * 3, ["train", "train", "val"]),
        ({"images": NAMES}, [None] * 3, [None] * 3),
        ({"image_paths": NAMES}, [None] * 3, [None] * 3),
        ({"image": NAMES, "mask": NAMES[::-1]}, [None] * 3, [None] * 3),  # a table by columns
    ],
)
def test_every_picture_of_lists_by_class_is_a_photo(folder, lists, labels, splits, indent):
    photos = read(folder / "t.json", lists, indent=indent)
    assert files(photos) == NAMES
    assert [photo.metadata.get("label") for photo in photos] == labels
    assert [photo.extra.get("split") for photo in photos] == splits


@pytest.mark.parametrize("indent", [None, 1])
@pytest.mark.parametrize("word", ["images", "files", "image_paths", "photos"])
@pytest.mark.parametrize("beside", [{"version": 1}, {"dataset": "mine", "meta": {"by": "me"}}])
def test_every_picture_of_a_list_is_a_photo_whatever_is_said_of_the_list(
    folder, word, beside, indent
):
    photos = read(folder / "t.json", {**beside, word: NAMES}, indent=indent)
    assert files(photos) == NAMES
    assert not any("label" in photo.metadata for photo in photos)


@pytest.mark.parametrize("row", [{"id": "7", "images": NAMES}, {"text": "two", "images": NAMES}])
def test_a_row_of_several_pictures_stays_one(folder, row):
    assert len(read(folder / "t.json", row)) == 1


@pytest.mark.parametrize("is_deep", [False, True])
@pytest.mark.parametrize(
    ("words", "own", "labels", "splits"),
    [
        (["train", "val"], {}, [None] * 3, ["train", "train", "val"]),
        (["train", "val"], {"label": "x", "split": "s"}, ["x"] * 3, ["s"] * 3),
        (["cat", "dog"], {}, ["cat", "cat", "dog"], [None] * 3),
        (["cat", "dog"], {"class": "x"}, ["x"] * 3, [None] * 3),
    ],
)
def test_lists_of_rows_of_the_same_columns_are_one_table(
    folder, words, own, labels, splits, is_deep
):
    rows = [{"file": name, **own} for name in NAMES]
    told = {words[0]: rows[:2], "notes": [{"by": "me"}], words[1]: rows[2:]}
    photos = read(folder / "t.json", {"data": told, "version": 1} if is_deep else told)
    assert files(photos) == NAMES
    assert [photo.metadata.get("label") for photo in photos] == labels
    assert [photo.extra.get("split") for photo in photos] == splits


@pytest.mark.parametrize("indent", [None, 1])
@pytest.mark.parametrize(
    "told",
    [
        {"train": {"cat": NAMES[:1], "dog": NAMES[1:2]}, "test": {"cat": NAMES[2:]}},
        {
            "train": {"image": NAMES[:2], "label": ["cat", "dog"]},
            "test": {"image": NAMES[2:], "label": ["cat"]},
        },
        {
            "train": {
                name: {"label": label}
                for name, label in zip(NAMES[:2], ["cat", "dog"], strict=True)
            },
            "test": {NAMES[2]: {"label": "cat"}},
        },
    ],
)
def test_every_split_of_an_object_is_read(folder, told, indent):
    photos = read(folder / "t.json", told, indent=indent)
    assert files(photos) == NAMES
    assert [photo.metadata["label"] for photo in photos] == ["cat", "dog", "cat"]
    assert [photo.extra["split"] for photo in photos] == ["train", "train", "test"]


def test_lists_by_class_may_name_pictures_by_folder_and_number(tmp_path):
    for name in ("images/pie/11.jpg", "images/pie/12.jpg", "images/sushi/11.jpg"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(jpeg(len(name)))
    (tmp_path / "meta").mkdir()
    lists = {"pie": ["pie/11", "pie/12"], "sushi": ["sushi/11"]}  # as Food-101 has them
    photos = read(tmp_path / "meta" / "train.json", lists)
    assert files(photos) == ["11.jpg", "12.jpg", "11.jpg"]
    assert [photo.metadata["label"] for photo in photos] == ["pie", "pie", "sushi"]


@pytest.mark.parametrize(
    "told",
    [
        {"sentences": [{"raw": "a red house", "tokens": ["a"]}, {"raw": "two"}]},  # Karpathy's
        {"captions": [{"caption": "a red house"}, {"caption": "two"}]},
        {"sentences": ["a red house", "two"]},
        {"caption": ["a red house", "two"]},
    ],
)
def test_the_first_of_several_captions_is_the_description(folder, told):
    rows = [{"filename": name, "imgid": at, **told} for at, name in enumerate(NAMES)]
    photos = read(folder / "t.json", {"images": rows, "dataset": "flickr8k"})
    assert [photo.metadata["description"] for photo in photos] == ["a red house"] * 3
    assert [photo.captions for photo in photos] == [("a red house", "two")] * 3


def test_a_single_row_with_an_object_inside_stays_a_row(folder):
    row = {**ROWS[0], "camera": {"make": "Canon", "lenses": {"a": 1, "b": 2}}}
    (photo,) = read(folder / "t.json", row)
    assert photo.extra["camera.make"] == "Canon"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le"])
@pytest.mark.parametrize("ending", ["json", "jsonl"])
def test_json_of_any_unicode_is_ingested(folder, ingest, encoding, ending):
    lines = "\n".join(json.dumps(row) for row in ROWS)
    text = json.dumps(ROWS) if ending == "json" else lines
    (folder / f"t.{ending}").write_bytes(text.encode(encoding))
    assert ingest(folder / f"t.{ending}").inserted == 3


def test_rows_whose_types_differ_are_ingested(folder, ingest):
    differ = [{**ROWS[0], "label": 1}, {**ROWS[1], "label": "cat"}, {**ROWS[2], "label": [1]}]
    (folder / "t.jsonl").write_text("\n".join(json.dumps(row) for row in differ) + "\n{oops\n")
    summary = ingest(folder / "t.jsonl")
    assert (summary.inserted, summary.reasons) == (3, {"a line that is not JSON": 1})


@pytest.mark.parametrize("text", ["{}", "\n{}\n\n", " {} "])
def test_objects_one_behind_the_other_are_rows(folder, text):
    objects = "".join(text.format(json.dumps(row, indent=2)) for row in ROWS)
    assert files(read(folder / "t.json", objects)) == NAMES
    broken = objects + '{"file": "d.j'
    (folder / "t.json").write_text(broken)
    photos: list[Photo] = []
    with pytest.raises(DamagedSource, match="is not readable JSON"):
        photos.extend(Source(folder / "t.json"))
    assert files(photos) == NAMES


@pytest.mark.parametrize("first", ["null", "[]", "42", '"words"'])
def test_lines_that_are_no_rows_cost_no_others_and_no_crash(folder, ingest, first):
    (folder / "t.jsonl").write_text(first + "\n" + "\n".join(json.dumps(row) for row in ROWS))
    assert ingest(folder / "t.jsonl").inserted == 3


def test_numbers_beyond_all_range_cost_no_photo(folder, ingest):
    rows = [{**row, "big": 10**30, "deep": [[1, [2]], {"a": 1}]} for row in ROWS]
    (folder / "t.json").write_text(json.dumps(rows))
    assert ingest(folder / "t.json").inserted == 3


CLASSES = [{"id": at, "name": f"class {at}", "url": "http://x.org/l"} for at in range(8)]


@pytest.mark.parametrize(
    "found",
    [
        {"categories": CLASSES, "photos": ROWS},
        {"licenses": CLASSES, "result": {"page": 1, "items": ROWS}},
        {"a": {"categories": CLASSES}, "b": {"photos": ROWS}},
        {"info": {"url": "http://x.org"}, "categories": CLASSES, "data": ROWS},
    ],
)
@pytest.mark.parametrize("indent", [None, 1])
def test_of_several_lists_the_one_that_names_pictures_is_the_table(folder, found, indent):
    assert files(read(folder / "t.json", found, indent=indent)) == NAMES


@pytest.mark.parametrize("form", [".json", ".jsonl"])
def test_letters_that_meta_writes_a_byte_each_are_put_together(folder, form):
    told = [
        {
            "uri": "a.jpg",
            "title": "caf\u00c3\u00a9 \u00f0\u009f\u0098\u0080",
            "tags": ["\u00c3\u00bc"],
        },
        {"uri": "b.jpg", "title": "café Ärger", "tags": ["ü", "字"]},
    ]
    lines = map(json.dumps, told)
    one, other = read(
        folder / f"t{form}", json.dumps(told) if form == ".json" else "\n".join(lines)
    )
    assert (one.metadata["description"], one.extra["tags"]) == ("café 😀", "ü")
    assert (other.metadata["description"], other.extra["tags"]) == ("café Ärger", "ü, 字")


def test_paths_that_label_studio_serves_lead_to_the_files(folder):
    rows = [{"image": f"/data/local-files/?d={part}{name}"} for part, name in
            zip(["", "set/", "a%20b/"], NAMES, strict=True)]  # fmt: skip
    for part in ("set", "a b"):
        (folder / part).mkdir()
        for name in NAMES:
            (folder / part / name).write_bytes(jpeg(len(part)))
    photos = read(folder / "t.json", rows)
    assert [Path(photo.address).exists() for photo in photos] == [True] * 3


def test_the_address_of_a_record_is_not_that_of_its_picture(folder):
    rows = [
        {"guid": f"http://n2t.net/ark:/{n}", "content": f"https://x.org/get?id={n}"} for n in "12"
    ]
    photos = read(folder / "t.json", rows)
    assert [photo.address for photo in photos] == [row["content"] for row in rows]


@pytest.mark.parametrize("kind", ["choices", "rectanglelabels"])
@pytest.mark.parametrize("form", ["full", "min", "csv"])
def test_the_classes_that_label_studio_exports_are_labels(tmp_path, kind, form):
    results = [{"x": 1.5, kind: ["cat"]}, {"x": 2.5, kind: ["dog", "cat"]}]
    if kind == "choices":
        results = [{kind: ["cat", "dog"]}]
    about = {"id": 7, "image": "http://a/1.jpg", "annotator": 1}
    name = "choice" if kind == "choices" else "label"
    if form == "full":
        told = [{"value": each, "from_name": name, "type": kind} for each in results]
        row = {
            "id": 7,
            "annotations": [{"id": 1, "result": told}],
            "data": {"image": about["image"]},
        }
    else:
        row = about | {name: results[0] if kind == "choices" else results}
    path = tmp_path / f"export.{'csv' if form == 'csv' else 'json'}"
    if form == "csv":
        with path.open("w", newline="") as file:
            writer = csv.writer(file)
            writer.writerows([row.keys(), [row["id"], row["image"], 1, json.dumps(row[name])]])
    else:
        path.write_text(json.dumps([row]))
    [photo] = Source(path)
    assert (photo.address, photo.metadata["label"]) == ("http://a/1.jpg", "cat|dog")


def test_the_choices_of_a_question_are_no_label(tmp_path):
    path = tmp_path / "t.json"
    path.write_text(json.dumps([{"url": "http://a/1.jpg", "choices": ["cat", "dog"]}]))
    [photo] = Source(path)
    assert "label" not in photo.metadata


def test_what_unsplash_tells_of_a_photo_without_description_is_one(tmp_path):
    rows = [
        {"urls": {"raw": f"http://a/{at}.jpg"}, "description": told, "alt_description": f"dog {at}"}
        for at, told in enumerate([None, "Rex"])
    ]
    (tmp_path / "t.json").write_text(json.dumps({"total": 2, "results": rows}))
    found = [photo.metadata["description"] for photo in Source(tmp_path / "t.json")]
    assert found == ["dog 0", "Rex"]


@pytest.mark.parametrize("before", [0, 150])
def test_messages_and_posts_of_words_alone_are_left_out_and_counted(folder, before):
    left: list[str] = []
    messages = [{"id": n, "photo": name, "text": "hi"} for n, name in enumerate(NAMES)]
    messages[1:1] = [{"id": 7, "text": "bye"}, {"id": 8, "type": "service"}]
    messages = [{"id": 9, "text": "hello"}] * before + messages
    (folder / "result.json").write_text(json.dumps({"name": "Ann", "messages": messages}))
    assert files(list(Source(folder / "result.json", leave_out=left.append))) == NAMES
    assert left == ["rows without a picture"] * (2 + before)


def test_what_megadetector_is_sure_of_is_the_label_in_words(folder):
    boxes: list[list[tuple[str, float]]]
    boxes = [[("1", 0.93), ("2", 0.3), ("1", 0.8)], [("1", 0.01)], []]
    images = [
        {"file": name, "detections": [{"category": c, "conf": conf, "bbox": []} for c, conf in own]}
        for name, own in zip(NAMES, boxes, strict=True)
    ]
    names = {"1": "animal", "2": "person", "3": "vehicle"}
    content = {"images": images, "detection_categories": names, "info": {"detector": "md"}}
    found = read(folder / "results.json", content, indent=1)
    assert files(found) == NAMES
    assert [photo.metadata for photo in found] == [{"label": "animal|person"}, {}, {}]
    assert found[1].extra == {"detections.category": "animal"}


@pytest.mark.parametrize("turns", [1, 2])
@pytest.mark.parametrize(
    ("of", "who", "what", "names"),
    [
        ("conversations", "from", "value", "human gpt"),
        ("messages", "role", "content", "user assistant"),
    ],
)
def test_the_only_answer_about_a_picture_is_its_caption(folder, of, who, what, names, turns):
    ask, answer = names.split()
    rows = [
        {
            "id": n,
            "image": name,
            of: [{who: ask, what: "<image>"}, {who: answer, what: text}] * turns,
        }
        for n, (name, text) in enumerate(PAIRS)
    ]
    found = read(folder / "talks.json", rows)
    captions = CAPTIONS if turns == 1 else [None] * 3
    assert [photo.metadata.get("description") for photo in found] == captions
    assert files(found) == NAMES


REGION = {"shape_attributes": {"name": "rect", "x": 1}}
TOLD = list(zip(NAMES, [["cat", "dog"], ["dog"], []], strict=True))
CODES = [f"{n}f3b0c1d-93aa-4f0e-8a51-7c2d9e0b6{n}00" for n in range(3)]  # of the rows themselves
KINDS = ["dog", "cat"]
OF_BOXES = {
    "FiftyOne": {
        "samples": [
            {
                "filepath": f"/elsewhere/{name}",
                "ground_truth": {"detections": [{"label": word, "_cls": "D"} for word in words]},
                "predictions": {"detections": [{"label": "bird", "confidence": 0.1}]},
            }
            for name, words in TOLD
        ]
    },
    "SuperAnnotate": [
        {
            "metadata": {"name": name, "width": 9, "status": "Completed"},
            "instances": [{"className": word, "probability": 100} for word in words],
        }
        for name, words in TOLD
    ],
    "Hasty": {
        "label_classes": [{"class_name": word, "norder": 1} for word in KINDS],
        "images": [
            {"image_name": name, "labels": [{"class_name": word, "id": "7"} for word in words]}
            for name, words in TOLD
        ],
    },
    "BDD": [
        {"name": name, "labels": [{"category": word, "box2d": {"x1": 1}} for word in words]}
        for name, words in TOLD
    ],
    "Labelbox": [
        {
            "data_row": {"id": "ck", "external_id": name, "row_data": f"https://x.org/{name}?k"},
            "projects": {
                "clz9k2m4x0000qw3e8r5t7y1u": {
                    "name": "Pets",
                    "labels": [{"annotations": {"objects": [{"name": word} for word in words]}}],
                }
            },
        }
        for name, words in TOLD
    ],
    "Encord": [
        {
            "data_title": name,
            "data_units": {
                code: {
                    "data_link": f"https://x.org/{name}?k",
                    "labels": {"objects": [{"name": word, "shape": "box"} for word in words]},
                }
            },
        }
        for code, (name, words) in zip(CODES, TOLD, strict=True)
    ],
    "Datumaro": {
        "categories": {"label": {"labels": [{"name": word, "parent": ""} for word in KINDS]}},
        "items": [
            {
                "id": name[0],
                "annotations": [{"type": "label", "label_id": KINDS.index(w)} for w in words],
                "image": {"path": name, "size": [9, 9]},
            }
            for name, words in TOLD
        ],
    },
    "Prodigy": [
        {"image": name, "accept": words, "options": [{"id": "cat"}], "answer": "accept"}
        for name, words in TOLD
    ],
    "Rekognition": [
        {
            "image": name,
            "Labels": [
                *(
                    {"Name": word, "Confidence": 98.1, "Parents": [{"Name": "pet"}]}
                    for word in words
                ),
                {"Name": "grass", "Confidence": 21.5},
            ],
        }
        for name, words in TOLD
    ],
    "a detector": [
        {
            "image": name,
            "annotations": [
                {"label": word, "score": 0.1 if word == "bird" else 0.9}
                for word in [*words, "bird"]
            ],
        }
        for name, words in TOLD
    ],
    "FiftyOne's classes": {
        "classes": KINDS,
        "labels": {name[0]: [{"label": KINDS.index(w)} for w in words] for name, words in TOLD},
    },
    "CreateML": [
        {"image": name, "annotations": [{"label": word, "coordinates": {"x": 1}} for word in words]}
        for name, words in zip(NAMES, [["cat", "dog", "cat"], ["dog"], []], strict=True)
    ],
    "VIA": {
        f"{name}99": {
            "filename": name,
            "regions": [{**REGION, "region_attributes": {"class": word}} for word in words],
        }
        for name, words in zip(NAMES, [["cat", "dog"], ["dog"], []], strict=True)
    },
}


@pytest.mark.parametrize("tool", OF_BOXES)
def test_the_classes_of_boxes_in_lists_of_tools_are_labels(folder, tool):
    found = read(folder / "boxes.json", OF_BOXES[tool])
    assert files(found) == NAMES
    assert [photo.metadata.get("label") for photo in found] == ["cat|dog", "dog", None]


@pytest.mark.parametrize("attribute", ["class", "animal"])
def test_the_classes_in_cells_of_vias_tables_are_labels(folder, attribute):
    lines = ["filename,file_size,file_attributes,region_count,region_id,region_attributes"]
    for name, words in TOLD:
        for at, word in enumerate(words):
            cell = json.dumps({attribute: word}).replace('"', '""')
            lines.append(f'{name},9,{{}},2,{at},"{cell}"')
    lines.append('c.jpg,9,{},0,0,"{""ticked"": {""yes"": true}}"')
    (folder / "via.csv").write_text("\n".join(lines))
    labels = [photo.metadata.get("label") for photo in Source(folder / "via.csv")]
    assert labels == ["cat|dog", "dog", None]


@pytest.mark.parametrize("form", ["json", "simple.json", "csv"])
def test_answers_of_wikidata_have_the_names_of_things_for_captions_and_their_kinds_for_labels(
    tmp_path, form
):
    picture = "http://commons.wikimedia.org/wiki/Special:FilePath/T%20{}.jpg"
    rows = [
        {"item": f"http://www.wikidata.org/entity/Q{n}", "itemLabel": f"Tower {n}",
         "image": picture.format(n), "kindLabel": "tower"}
        for n in range(2)
    ]  # fmt: skip
    if form == "csv":
        lines = [",".join(rows[0]), *(",".join(row.values()) for row in rows)]
        (tmp_path / "query.csv").write_text("\n".join(lines))
    else:
        bindings = [
            {name: {"type": "literal", "value": value} for name, value in row.items()}
            for row in rows
        ]
        told = {"head": {"vars": [*rows[0]]}, "results": {"bindings": bindings}}
        content = rows if "simple" in form else told
        (tmp_path / f"query.{form}").write_text(json.dumps(content, indent=1))
    found = list(Source(tmp_path / f"query.{form}"))
    assert [photo.address for photo in found] == [picture.format(n) for n in range(2)]
    expected = [{"description": f"Tower {n}", "label": "tower"} for n in range(2)]
    assert [photo.metadata for photo in found] == expected


@pytest.mark.parametrize("odd", [3, None, "x", ["x"], {"photo": 3}])
def test_odd_answers_and_boxes_are_no_traceback_and_cost_no_other_row(folder, odd):
    answers = [{"image": {"value": f"http://a/{n}.jpg", "type": "uri"}} for n in range(3)]
    told: Any = {"head": {}, "results": {"bindings": [*answers, odd, {"image": odd}]}}
    assert {photo.url for photo in read(folder / "query.json", told)} >= {
        "http://a/0.jpg", "http://a/1.jpg", "http://a/2.jpg",
    }  # fmt: skip
    boxes = [{"category": "1", "conf": 0.9}, odd, {"category": odd, "conf": odd}]
    images = [{"file": NAMES[0], "detections": boxes}, odd, {"file": NAMES[1], "detections": odd}]
    told = {"images": images, "detection_categories": {"1": "animal"}}
    found = [photo for photo in read(folder / "found.json", told) if not photo.broken]
    assert files(found) == NAMES[:2]
    assert found[0].metadata["label"].split("|")[0] == "animal"
    for shape in ({"bindings": odd}, odd):
        with suppress(SourceError):  # it names no pictures
            read(folder / "odd.json", {"head": {}, "results": shape})


@pytest.mark.parametrize(
    ("sizes", "largest"),
    [
        (["thumb_256_url", "thumb_2048_url", "thumb_1024_url"], "thumb_2048_url"),
        (["thumb_256_url", "thumb_original_url", "thumb_2048_url"], "thumb_original_url"),
        (["previewURL150", "previewURL640"], "previewURL640"),
        (["thumbnail_1", "thumbnail_2"], "thumbnail_1"),  # two pictures
    ],
)
def test_of_small_copies_alone_the_largest_is_the_picture(folder, sizes, largest):
    rows = [{"id": n, **{size: f"https://a/{size}/{n}.jpg" for size in sizes}} for n in range(3)]
    found = read(folder / "data.json", {"data": rows})
    assert [photo.address for photo in found] == [f"https://a/{largest}/{n}.jpg" for n in range(3)]


@pytest.mark.parametrize("around", ["collection", "response"])
def test_what_is_said_of_a_list_makes_it_no_photo(folder, around):
    items = [
        {
            "href": f"https://a/{n}/files.json",
            "data": [{"nasa_id": f"PIA{n}", "keywords": ["moon"]}],
            "links": [{"href": f"https://a/{n}~thumb.jpg", "rel": "preview"}],
        }
        for n in range(3)
    ]
    told = {around: {"href": "https://a/search?q=moon", "items": items, "metadata": {"total": 3}}}
    found = read(folder / "search.json", told)
    assert [photo.id for photo in found] == [f"https://a/{n}~thumb.jpg" for n in range(3)]


@pytest.mark.parametrize("n", [1, 3])
def test_the_picture_of_a_thing_goes_before_that_of_its_kind(tmp_path, n):
    store = "https://x.org/photos"
    rows = [
        {
            "id": at,
            "taxon": {"name": "Felis", "default_photo": {"id": 9, "url": f"{store}/9/square.jpg"}},
            "photos": [{"id": 10 + at, "url": f"{store}/1{at}/square.jpg"}],
        }
        for at in range(n)
    ]
    found = read(tmp_path / "observations.json", {"total_results": n, "results": rows})
    assert [photo.address for photo in found] == [f"{store}/1{at}/square.jpg" for at in range(n)]


@pytest.mark.parametrize("n", [1, 2])
def test_what_stands_around_a_nested_address_is_known_by_its_own_name(tmp_path, n):
    rows = [
        {
            "sys": {"id": f"c{at}", "type": "Asset"},
            "fields": {
                "title": f"Lake {at}",
                "file": {"url": f"//x.org/{at}.jpg", "fileName": f"{at}.jpg"},
            },
        }
        for at in range(n)
    ]
    found = read(tmp_path / "assets.json", {"items": rows})
    words = [f"Lake {at}" for at in range(n)]
    assert [photo.metadata["description"] for photo in found] == words


def test_the_base_of_iiif_addresses_is_no_picture(tmp_path):
    base = "https://x.org/collections/{}/"
    rows = [
        {"_images": {"_iiif_image_base_url": base.format(n),
                     "_primary_thumbnail": base.format(n) + "full/!100,100/0/default.jpg"}}
        for n in range(2)
    ]  # fmt: skip
    found = read(tmp_path / "records.json", {"records": rows})
    assert all(photo.address.endswith("default.jpg") for photo in found)


def test_the_only_object_in_an_answer_gives_no_photo_its_name(tmp_path):
    row = {"title": "A house", "links": [{"href": "https://x.org/a.jpg"}], "data": [{"id": "n"}]}
    answer = {"collection": {"version": "1.0", "items": [row]}}
    (photo,) = read(tmp_path / "answer.json", answer)
    assert photo.id == "https://x.org/a.jpg"


# Addresses without endings, in answers of museums: the rows, and the picture of the first.
BARE = {
    "an image among pages": (
        [
            {"url": f"https://x.org/object/{n}", "primaryimageurl": f"https://p.org/{n}"}
            for n in "ab"
        ],
        "https://p.org/a",
    ),
    "images in sizes": (
        [
            {
                "href": f"https://api.x.org/{n}",
                "images": [{"url": f"https://p.org/{n}", "width": 9}],
            }
            for n in "ab"
        ],
        "https://p.org/a",
    ),
    "what IIIF tells of an image": (
        [{"thumbnail": {"url": f"https://iiif.org/{n}/info.json"}} for n in "ab"],
        "https://iiif.org/a/full/max/0/default.jpg",
    ),
}


@pytest.mark.parametrize("told", BARE)
def test_addresses_without_endings_of_pictures_go_before_those_of_pages(tmp_path, told):
    rows, address = BARE[told]
    assert read(tmp_path / "answer.json", {"records": rows})[0].address == address


@pytest.mark.parametrize("rest", [{}, {"freetext": {"topic": "cats"}}, {"status": 200}])
def test_parts_of_an_answer_are_no_photos_of_its_ids(tmp_path, rest):
    row = {"title": "A house", "media": [{"content": "https://x.org/a.jpg"}]}
    (photo,) = read(tmp_path / "answer.json", {"told": row, **rest})
    assert photo.id == "https://x.org/a.jpg"


ODD = [
    ["red", "blue"],
    {"a": 1},
    [{"id": [1], "label": {}, "role": ["a"]}],
    [[1]],
    7,
    True,
    None,
    "x",
]
UNDER = ["answer", "accept", "spans", "options", "conversations", "messages", "regions", "taxonomy"]
UNDER += ["labels", "annotations", "objects", "projects", "ground_truth", "region_attributes"]


@pytest.mark.parametrize("name", UNDER)
def test_anything_may_stand_under_the_names_that_tools_use(folder, name):
    for value in ODD:
        rows = [{"image": "a.jpg", "answer": "accept", name: value}, {"image": "b.jpg"}]
        assert files(read(folder / "rows.json", rows)) == NAMES[:2], value


@pytest.mark.parametrize(
    "of",
    [
        {"image": "a.jpg", "answer": "accept", "accept": ODD, "options": 3},
        {"image": "a.jpg", "answer": "accept", "accept": ODD, "options": [{"id": [1], "text": {}}]},
        {"image": "a.jpg", "answer": "accept", "spans": [{"label": word} for word in ODD]},
        {"image": "a.jpg", "x": ODD, "x-metadata": {"class-map": {"7": "cat"}}},
    ],
)
def test_what_is_no_class_in_a_tools_form_is_left_out(folder, of):
    (photo,) = read(folder / "rows.json", [of])
    assert set(photo.metadata.get("label", "").split("|")) <= {"", "x", "cat"}


@pytest.mark.parametrize(
    "categories", [{"1": "Shoes"}, {"label": {"labels": [3]}}, {"label": 1}, {}]
)
def test_items_and_categories_of_a_shop_are_no_annotations(folder, categories):
    rows = [{"id": n, "image": name, "title": "Shoe"} for n, name in enumerate(NAMES)]
    found = read(folder / "shop.json", {"categories": categories, "items": rows})
    assert files(found) == NAMES
    assert {photo.metadata["description"] for photo in found} == {"Shoe"}


def test_a_caption_that_is_given_goes_before_what_is_said_in_a_talk(folder):
    talk = [{"from": "gpt", "value": "said"}]
    (photo,) = read(
        folder / "t.json", [{"image": "a.jpg", "caption": "given", "conversations": talk}]
    )
    assert photo.metadata["description"] == "given"
