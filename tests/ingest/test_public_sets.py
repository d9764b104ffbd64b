"""Well-known public data sets as they lie on a disk once they are unpacked."""

import json
from pathlib import Path

import pytest

from ingest.errors import SourceError
from ingest.sources import Photo, Source, preview
from ingest.sources.folders import PictureFolder
from ingest.sources.left_out import keep_silent
from tests.ingest.pictures import jpeg


def put(root: Path, *names: str) -> None:
    for at, name in enumerate(names):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(jpeg(at))


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def read(path: Path) -> list[Photo]:
    return list(Source(path))


def found(path: Path, root: Path) -> list[str]:
    return [Path(photo.address).relative_to(root).as_posix() for photo in Source(path)]


@pytest.mark.parametrize(
    ("table", "pictures"),
    [
        ("Anno/list.txt", "Img/aligned"),  # CelebA
        ("Anno_coarse/list.txt", "Img"),  # DeepFashion
        ("Eval/list_partition.txt", "Img/img"),
        ("ImageList/list.csv", "Flickr"),  # NUS-WIDE
        ("list.csv", "aligned/aligned"),  # as Kaggle unpacks it
        ("anno_train.csv", "cars_train"),  # Stanford Cars
        ("anno_train.csv", "cars_train/cars_train"),
    ],
)
def test_lists_lead_to_the_pictures_of_their_set(tmp_path, table, pictures):
    names = ["000001.jpg", "000002.jpg"]
    put(tmp_path, *(f"{pictures}/{name}" for name in names))
    if "train" in table:
        put(tmp_path, *(f"{pictures.replace('train', 'test')}/{name}" for name in names))
    path = write(tmp_path / table, "".join(f"{name},1\n" for name in names))
    assert found(path, tmp_path) == [f"{pictures}/{name}" for name in names]


@pytest.mark.parametrize("part", ["images_{:03}/images", "set_images_part_{}", "set/{}"])
def test_later_rows_lead_to_later_parts(tmp_path, part):
    names = [f"{at:05}.png" for at in range(120)]
    put(tmp_path, *(f"{part.format(1 + at // 60)}/{name}" for at, name in enumerate(names)))
    path = write(tmp_path / "Data_Entry.csv", "Image Index,Finding\n" + ",x\n".join([*names, ""]))
    assert all(Path(photo.address).exists() for photo in read(path))


@pytest.mark.parametrize("numbers", ["39,116,569,375,14", "1,-1,1,-1,1"])
def test_of_several_columns_of_numbers_none_is_the_label(tmp_path, numbers):
    path = write(tmp_path / "t.csv", "".join(f"{at}.jpg,{numbers}\n" for at in range(3)))
    assert all("label" not in photo.metadata for photo in read(path))


@pytest.mark.parametrize(
    ("start", "sentence"),
    [
        (b"MATLAB 5.0 MAT-file, Platform: GLNXA64", "a MATLAB file: export it as CSV"),
        (b"\x80\x02}q\x01(U\x0bbatch_label", "a pickle, which could run programs"),  # CIFAR
    ],
)
def test_files_of_other_programs_are_refused_with_what_helps(tmp_path, start, sentence):
    (tmp_path / "annos").write_bytes(start + bytes(99))
    with pytest.raises(SourceError, match=f"is {sentence}"):
        read(tmp_path / "annos")


@pytest.mark.parametrize(
    ("row", "column"),
    [
        (
            {"links": {"self": "http://x.nl/api/{}", "web": "http://x.nl/en/{}"}}
            | {"webImage": {"url": "https://y.com/{}=s0"}},
            "webImage.url",
        ),  # Rijksmuseum
        (
            {"edmIsShownAt": ["http://hdl.net/{}"], "edmIsShownBy": ["http://y.com/{}"]}
            | {"link": "https://x.eu/record/{}.json?key=x"},
            "edmIsShownBy",
        ),  # Europeana
        (
            {"record_link": "http://x.si.edu/{}", "media": [{"content": "https://y.edu/?id={}"}]},
            "media.content",
        ),  # Smithsonian
    ],
)
def test_museums_pictures_go_before_their_records(tmp_path, row, column):
    rows = [json.loads(json.dumps(row).replace("{}", str(at))) for at in range(3)]
    path = write(tmp_path / "t.json", json.dumps({"items": rows}))
    assert f"address: {column}" in preview(path).choices
    assert all("//y." in photo.address for photo in read(path))


def test_the_address_of_a_licence_is_never_that_of_a_picture(tmp_path):
    text = "hash,licenseurl\n" + "".join(f"a{at}b2c3,https://x.org/by/2.0/\n" for at in range(3))
    path = write(tmp_path / "t.csv", text)
    with pytest.raises(SourceError, match="looks like addresses or paths"):
        read(path)
    put(tmp_path, *(f"set/0/a{at}b2c3.jpg" for at in range(3)))
    assert found(path, tmp_path) == [f"set/0/a{at}b2c3.jpg" for at in range(3)]


@pytest.mark.parametrize(
    "text",
    [
        "image,caption\na.jpg,A dog, black and white,runs\nb.jpg,A cat\n",  # Flickr8k
        "caption,image\nA dog, black and white,runs,a.jpg\nA cat,b.jpg\n",
        "image,kind,name\na.jpg,dog,A dog, black and white,runs\n",
        "image,name,kind\na.jpg,A dog, black and white, runs,dog\nb.jpg,A cat,cat\n",
    ],
)
def test_commas_in_sentences_that_nobody_quoted_cost_no_row(tmp_path, text):
    photos = read(write(tmp_path / "captions.txt", text))
    if "white,runs" in text and "kind" in text:  # which of its commas part columns nobody can tell
        assert photos[0].broken == "a row with more fields than the header"
        return
    assert not any(photo.broken for photo in photos)
    said = {
        photo.id: photo.metadata.get("description", photo.extra.get("name")) for photo in photos
    }
    assert said["a.jpg"] in {"A dog, black and white,runs", "A dog, black and white, runs"}
    assert said["b.jpg"] == "A cat"


def test_small_copies_that_websites_keep_beside_pictures_are_left_out(tmp_path):
    names = ["lake.jpg", "lake-150x150.jpg", "lake-scaled.jpg", "sea-scaled.png", "sea-300x225.png"]
    put(tmp_path, *names, "tower-150x150.jpg", "a 3x4.jpg", "a.jpg", "shoe_100x100.jpg", "shoe.jpg")
    left: list[str] = []
    put(tmp_path, "tg/photo_1@01-01.jpg", "tg/photo_1@01-01_thumb.jpg")  # Telegram
    photos = [photo.id for photo in Source(tmp_path, leave_out=left.append)]
    kept = ["a 3x4.jpg", "a.jpg", "lake.jpg", "sea-scaled.png", "shoe.jpg", "tower-150x150.jpg"]
    assert photos == [*kept, "tg/photo_1@01-01.jpg"]
    assert left == ["small copies of pictures"] * 5


@pytest.mark.parametrize("inside", ["", "images/"])
def test_a_listing_may_name_its_pictures_in_any_column(tmp_path, inside):
    put(tmp_path, *(f"{inside}ISIC_000{at}.jpg" for at in range(3)))
    rows = "".join(f"Anonymous,ISIC_000{at},nevus\n" for at in range(4))
    write(tmp_path / "metadata.csv", f"attribution,isic_id,diagnosis\n{rows}")
    photos = list(PictureFolder(tmp_path, (), keep_silent))
    assert [photo.extra["diagnosis"] for photo in photos] == ["nevus"] * 4
    assert [photo.extra["isic_id"] for photo in photos] == [f"ISIC_000{at}" for at in range(4)]
    assert [photo.id for photo in photos if photo.broken] == ["ISIC_0003"]


def test_a_class_that_was_looked_for_in_vain_is_no_label(tmp_path):
    put(tmp_path, "train/a.jpg", "train/b.jpg")
    text = "ImageID,Source,LabelName,Confidence\na,human,/m/01,0\nb,human,/m/01,1\n"
    a, b = read(write(tmp_path / "labels.csv", text))
    assert (a.metadata, b.metadata) == ({}, {"label": "/m/01"})
    assert a.extra == {"Source": "human", "LabelName": "/m/01", "Confidence": 0}


@pytest.mark.parametrize(
    ("header", "row", "label"),
    [
        ("Width,ClassId,Path", "27,{n},{n}.jpg", "{n}"),  # GTSRB
        ("file_name,category_id", "{n}.jpg,{n}", "{n}"),
        ("file_name,category_id,category", "{n}.jpg,{n},a cat", "a cat"),
        ("filename,class,order,family,genus", "{n}.jpg,Mammalia,Carnivora,Felidae,Lynx", None),
        ("filename,class,family", "{n}.jpg,Mammalia,Felidae", "Mammalia"),
    ],
)
def test_numbers_of_classes_are_labels_and_ranks_of_living_things_none(
    tmp_path, header, row, label
):
    path = write(tmp_path / "t.csv", "\n".join([header, *(row.format(n=at) for at in range(3))]))
    found = [photo.metadata.get("label") for photo in read(path)]
    assert found == [label and label.format(n=at) for at in range(3)]
    assert label or read(path)[0].extra["class"] == "Mammalia"


@pytest.mark.parametrize("job", ["class", "my-animals"])
def test_the_word_of_a_class_is_the_label_in_lists_of_cloud_services(tmp_path, job):
    told = {f"{job}-metadata": {"class-name": "cat", "job-name": "labeling-job/a"}, job: 0}
    line = json.dumps({"source-ref": "s3://b/1.jpg", **told})
    (photo,) = read(write(tmp_path / "sagemaker.manifest", line))
    assert (photo.metadata["label"], photo.extra[job]) == ("cat", 0)
    told = {"classificationAnnotation": {"displayName": "dog"}}
    line = json.dumps({"imageGcsUri": "gs://b/1.jpg", **told})
    (photo,) = read(write(tmp_path / "vertex.jsonl", line))
    assert photo.metadata["label"] == "dog"


@pytest.mark.parametrize("key", ["_content", "#text", "$t"])
def test_a_text_in_a_field_of_its_own_is_the_fields_text(tmp_path, key):
    rows = [{"id": at, "url_o": f"https://x.org/{at}.jpg", "title": "A"} for at in range(2)]
    told = [{**row, "description": {key: "A harbor"}} for row in rows]
    answer = {"photos": {"page": 1, "photo": told}, "stat": "ok"}  # Flickr's
    photos = read(write(tmp_path / "t.json", json.dumps(answer)))
    assert [photo.metadata["description"] for photo in photos] == ["A harbor"] * 2


def test_open_images_and_shopify_name_their_columns_in_their_way(tmp_path):
    text = "ImageID,Subset,OriginalURL,Title\na1,train,https://x.org/a.jpg,A\n"
    (photo,) = read(write(tmp_path / "images.csv", text))
    assert (photo.id, photo.address) == ("a1", "https://x.org/a.jpg")
    text = "Handle,Title,Image Src,Image Alt Text\nh,Hat,https://x.org/1.jpg,\nh,,https://x.org/2.jpg,Side\n"
    photos = read(write(tmp_path / "products.csv", text))
    assert [photo.metadata["description"] for photo in photos] == ["Hat", "Side"]


@pytest.mark.parametrize("indent", [None, 1])
@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("tweets.js", "window.YTD.tweets.part0 = {rows}"),  # Twitter
        ("photos.js", 'jsonFlickrApi({{"photos": {{"photo": {rows}}}, "stat": "ok"}})'),
        ("photos.json", 'jsonFlickrApi({{"photos": {{"photo": {rows}}}, "stat": "ok"}});\n'),
    ],
)
def test_json_in_a_script_is_read(tmp_path, name, text, indent):
    rows = [{"text": f"Sea {at}", "media": f"https://x.org/{at}.jpg"} for at in range(3)]
    path = write(tmp_path / name, text.format(rows=json.dumps(rows, indent=indent)))
    assert [photo.address for photo in read(path)] == [f"https://x.org/{at}.jpg" for at in range(3)]
    assert read(path)[0].metadata["description"] == "Sea 0"


@pytest.mark.parametrize(
    ("columns", "label"),
    [
        ("Finding Labels,Patient Age", "a|b"),  # NIH ChestX-ray
        ("Product Category,Type", "a|b"),  # Shopify
        ("imageLabel,mood", "a|b"),
        ("masterCategory,subCategory", None),
        ("n_labels,is_label", None),
        ("mainCategory,label", "c"),
    ],
)
def test_the_only_column_called_as_labels_are_is_the_label(tmp_path, columns, label):
    path = write(tmp_path / "t.csv", f"file,{columns}\n0.jpg,a|b,c\n1.jpg,a,d\n")
    assert read(path)[0].metadata.get("label") == label


@pytest.mark.parametrize(
    ("lines", "labels", "captions"),
    [
        (
            "a/0.jpg banded lined \na/1.jpg banded\nb/2.jpg dotted lined\n",
            "banded|lined",
            None,
        ),  # DTD
        ("a/0 banded\na/1 lined banded\nb/2 banded\n", "banded", None),
        # FGVC Aircraft
        ("a/0 Boeing 737\na/1 Boeing 737\nb/2 Boeing 737\n", "Boeing 737", None),
        ("a/0.jpg\na/1.jpg dog cow\nb/2.jpg dog\n", None, None),
        (
            "a/0.jpg A dog runs on grass\na/1.jpg A cat\nb/2.jpg Cows eat\n",
            None,
            "A dog runs on grass",
        ),
    ],
)
def test_words_behind_pictures_are_labels_or_captions(tmp_path, lines, labels, captions):
    put(tmp_path, "images/a/0.jpg", "images/a/1.jpg", "images/b/2.jpg")
    photos = read(write(tmp_path / "labels" / "joint_anno.txt", lines))
    assert all(Path(photo.address).exists() for photo in photos)
    assert photos[0].metadata.get("label") == labels
    assert photos[0].metadata.get("description") == captions


@pytest.mark.parametrize("line", ["my photo {}.jpg", "{0}.jpg {0}b.jpg", "only words {}"])
def test_other_lists_with_spaces_are_what_they_were(tmp_path, line):
    put(tmp_path, "my photo 0.jpg", "my photo 1.jpg")
    path = write(tmp_path / "list.txt", "".join(line.format(at) + "\n" for at in range(2)))
    if "my" in line:
        assert [photo.id for photo in read(path)] == ["my photo 0.jpg", "my photo 1.jpg"]
    elif "b.jpg" not in line:
        with pytest.raises(SourceError):
            read(path)
