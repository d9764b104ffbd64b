"""Numbers of classes whose names stand in the README.md of a Hugging Face data set."""

import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml

from ingest.sources import Source, preview
from tests.ingest.pictures import jpeg

NAMES = ["cat", "no", "golden retriever"]


def classes(*names):
    return {"class_label": {"names": {str(at): name for at, name in enumerate(names)}}}


# As `datasets` writes it.
FEATURES = [
    {"name": "image", "dtype": "image"},
    {"name": "label", "dtype": classes(*NAMES)},
    {"name": "tags", "list": classes("red", "blue")},
    {"name": "hues", "sequence": classes("dark", "light")},
    {
        "name": "objects",
        "struct": [
            {"name": "kind", "list": classes("hat", "shoe")},
            {"name": "area", "dtype": "int32"},
        ],
    },
    {"name": "age", "dtype": "int32"},
]


def card(folder, *configurations, start="---\n"):
    infos = [
        {**({"config_name": name} if name else {}), "features": features}
        for name, features in configurations
    ]
    told = {"license": "mit", "dataset_info": infos[0] if len(infos) == 1 else infos}
    text = f"{start}{yaml.safe_dump(told, sort_keys=False)}---\n# Pets\n---\n"
    (folder / "README.md").write_text(text)


def pictures(folder, n=4):
    folder.mkdir(parents=True, exist_ok=True)
    for at in range(n):
        (folder / f"{at}.jpg").write_bytes(jpeg(at))


def write(folder, name, rows):
    if name.endswith(".csv"):
        lines = [",".join(rows[0]), *(",".join(map(str, row.values())) for row in rows)]
    else:
        lines = list(map(json.dumps, rows))
    (folder / name).write_text("\n".join(lines) + "\n")


def labels(path):
    return {photo.url.rpartition("/")[2]: photo.metadata.get("label") for photo in Source(path)}


@pytest.mark.parametrize("above", [0, 1, 2])
@pytest.mark.parametrize("name", ["metadata.jsonl", "metadata.csv", "pets.csv", "pets.jsonl"])
def test_a_readme_beside_or_above_names_the_classes(tmp_path, name, above):
    folder = tmp_path.joinpath(*["data", "train"][:above])
    pictures(folder, 3)
    card(tmp_path, ("", FEATURES))
    told = zip(range(3), [2, 1, 0], strict=True)
    write(folder, name, [{"file_name": f"{at}.jpg", "label": label} for at, label in told])
    found = {"0.jpg": "golden retriever", "1.jpg": "no", "2.jpg": "cat"}
    assert labels(folder if name.startswith("metadata") else folder / name) == found


@pytest.mark.parametrize("kind", ["csv", "jsonl", "parquet"])
def test_labels_of_no_class_are_none_and_numbers_without_a_name_stay(tmp_path, kind):
    pictures(tmp_path)
    card(tmp_path, ("", FEATURES))
    numbers = [0, 1, 2, -1] * 25 + [7]  # the last one comes after those that are looked at
    rows = [
        {"file_name": f"{at % 4}.jpg", "id": f"p{at}", "label": n} for at, n in enumerate(numbers)
    ]
    if kind == "parquet":
        pq.write_table(pa.Table.from_pylist(rows), tmp_path / "pets.parquet")
    else:
        write(tmp_path, f"pets.{kind}", rows)
    found = [photo.metadata.get("label") for photo in Source(tmp_path / f"pets.{kind}")]
    assert found == [*NAMES, None] * 25 + ["7"]


def test_classes_within_lists_and_other_columns_are_named(tmp_path):
    pictures(tmp_path, 1)
    row = {
        "file_name": "0.jpg",
        "tags": [1, 0],
        "hues": [1],
        "objects": {"kind": [1], "area": 1},
        "age": 1,
    }
    row["breed"] = 1
    card(tmp_path, ("", [*FEATURES, {"name": "breed", "dtype": classes("pug", "collie")}]))
    write(tmp_path, "pets.jsonl", [row])
    [photo] = Source(tmp_path / "pets.jsonl")
    assert photo.metadata == {"label": "collie"}
    assert photo.extra == {
        "tags": "blue, red",
        "hues": "light",
        "objects.kind": "shoe",
        "objects.area": 1,
        "age": 1,
    }
    assert preview(tmp_path / "pets.jsonl").choices == "address: file_name, label: breed, UTF-8"


def test_of_several_configurations_the_one_of_the_folder_counts(tmp_path):
    coarse = [{"name": "label", "dtype": classes("pet", "wild", "none")}]
    card(tmp_path, ("coarse", coarse), ("fine", FEATURES))
    for folder in ("fine", "coarse", "other"):
        pictures(tmp_path / folder, 1)
        write(tmp_path / folder, "metadata.csv", [{"file_name": "0.jpg", "label": 0}])
    found = {at: labels(tmp_path / at)["0.jpg"] for at in ("fine", "coarse", "other")}
    assert found == {"fine": "cat", "coarse": "pet", "other": "pet"}


@pytest.mark.parametrize(
    ("cells", "start"),
    [
        (["dog", "cat"], "---\n"),  # words already
        ([0, 3], "---\n"),  # numbers of something else
        ([0, 1], ""),  # no front matter
        ([0, 1], "---\nlicense: [\n"),  # broken
    ],
)
def test_a_readme_that_does_not_fit_changes_nothing(tmp_path, cells, start):
    pictures(tmp_path, 2)
    card(tmp_path, ("", FEATURES), start=start)
    rows = [{"file_name": f"{at}.jpg", "label": cell} for at, cell in enumerate(cells)]
    write(tmp_path, "metadata.jsonl", rows)
    assert [photo.metadata["label"] for photo in Source(tmp_path)] == list(map(str, cells))


def test_a_listing_in_parquet_names_its_classes_itself(tmp_path):
    pictures(tmp_path, 2)
    told = {"info": {"features": {"label": {"names": NAMES, "_type": "ClassLabel"}}}}
    table = pa.table({"file_name": ["0.jpg", "1.jpg"], "label": [2, 1]})
    schema = {"huggingface": json.dumps(told)}
    pq.write_table(table.replace_schema_metadata(schema), tmp_path / "metadata.parquet")
    assert labels(tmp_path) == {"0.jpg": "golden retriever", "1.jpg": "no"}


@pytest.mark.parametrize("name", ["metadata.jsonl", "0.json"])
def test_several_labels_in_a_list_beside_a_picture_are_all_kept(tmp_path, name):
    pictures(tmp_path, 1)
    row = {"file_name": "0.jpg", "labels": ["hat", "shoe", "hat"], "tags": ["old", "red"]}
    write(tmp_path, name, [row])
    [photo] = Source(tmp_path)
    assert (photo.metadata["label"], photo.extra["tags"]) == ("hat|shoe", "old, red")


@pytest.mark.parametrize(
    ("name", "text", "codes", "classes"),
    [
        ("label_num_to_disease_map.json", '{"0": "Blight", "1": "Healthy"}', "01", "BH"),
        ("class_indices.json", '{"Blight": 0, "Healthy": 1}', "01", "BH"),  # Keras
        (
            "imagenet_class_index.json",
            '{"0": ["n1", "Blight"], "1": ["n2", "Healthy"]}',
            "01",
            "BH",
        ),
        ("categories_places365.txt", "/b/Blight 0\n/h/Healthy 1\n", "01", "BH"),
        ("classes.txt", "1 Blight\n2 Healthy\n", "12", "BH"),
        ("signnames.csv", "ClassId,SignName\n0,Blight\n1,Healthy\n", "01", "BH"),
        ("LOC_synset_mapping.txt", "n1 Blight, of bread\nn2 Healthy", ["n1", "n2"], "BH"),
        ("words.txt", "n0\tentity\nn1\tBlight, rust\nn2\tHealthy", ["n1", "n2"], "BH"),
        ("class-descriptions.csv", '/m/01,Blight\n/m/02,"Healthy, fine"', ["/m/01", "/m/02"], "BH"),
    ],
)
@pytest.mark.parametrize("header", ["image,label\n", ""])
@pytest.mark.parametrize("inside", ["", "lists"])
def test_a_file_beside_a_table_names_its_classes(
    tmp_path, name, text, codes, classes, header, inside
):
    pictures(tmp_path)
    (tmp_path / name).write_text(text)
    rows = "".join(f"{at}.jpg,{codes[at % 2]}\n" for at in range(4))
    path = tmp_path / inside / "train.csv"
    path.parent.mkdir(exist_ok=True)
    path.write_text(header + rows)
    found = [photo.metadata["label"] for photo in Source(path)]
    assert [label[0] for label in found] == [classes[at % 2] for at in range(4)]


@pytest.mark.parametrize(
    ("name", "text", "folders", "labels"),
    [
        (
            "LOC_synset_mapping.txt",
            "n01 tench, Tinca\nn02 goldfish",
            "n01 n02",
            "tench, Tinca|goldfish",
        ),
        ("cat_to_name.json", '{"1": "lily", "2": "rose", "3": "aster"}', "1 3", "lily|aster"),
        ("cat_to_name.json", '{"1": "lily", "2": "rose"}', "1 7", "1|7"),  # of other classes
        ("trainLabels.csv", "id,label\n0,frog\n1,truck\n2,frog\n", "0 1", "0|1"),  # of pictures
        ("class_weights.txt", "0 0.5\n1 0.7\n", "0 1", "0|1"),
        ("image_labels.txt", "0 a/1.jpg\n1 a/2.jpg\n", "0 1", "0|1"),
    ],
)
@pytest.mark.parametrize("above", ["", "ILSVRC/train"])
def test_a_file_above_folders_names_their_classes(tmp_path, name, text, folders, labels, above):
    (tmp_path / name).write_text(text)
    for folder in folders.split():
        pictures(tmp_path / above / folder / "images", 1)
    found = [photo.metadata["label"] for photo in Source(tmp_path)]
    assert found == labels.split("|")


def test_answers_and_ids_are_no_codes_of_classes(tmp_path):
    pictures(tmp_path)
    (tmp_path / "labels.csv").write_text("photo_id,label\n0.jpg,yes\n1.jpg,no\np1,maybe\np2,no\n")
    (tmp_path / "classes.json").write_text('{"1": "cat", "0": "dog", "p1": "x", "p2": "y"}')
    (tmp_path / "t.csv").write_text("id,file,label\np1,0.jpg,1\np2,1.jpg,0\n")
    assert [(photo.id, photo.metadata["label"]) for photo in Source(tmp_path / "t.csv")] == [
        ("p1", "cat"),
        ("p2", "dog"),
    ]
    (tmp_path / "a.csv").write_text("photo_id,label,url\np1,1,0.jpg\np2,0,1.jpg\n")
    assert [photo.metadata["label"] for photo in Source(tmp_path / "a.csv")] == ["1", "0"]
