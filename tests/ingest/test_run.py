import io
import os
import shutil
import subprocess
import threading
from contextlib import contextmanager

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import load_file, save_file

from encoder import load, load_encoder
from ingest import Options, Photo, Progress, SourceError, run, writer
from tests.encoder.tiny_models import KINDS
from tests.ingest.pictures import encoded, jpeg, noise
from tests.warm import kill, python
from vecdb import connect
from vecdb.errors import EncoderMismatch


def listed(tmp_path, rows, header="id,url"):
    path = tmp_path / "photos.csv"
    path.write_text("\n".join([header, *rows]) + "\n", "utf-8")
    return path


def test_a_table_is_ingested_once_however_often_it_is_run(ingest, database, host, tmp_path):
    source = listed(tmp_path, [f"p{i},{host.url}/ok/{i}.jpg" for i in range(40)])
    first = ingest(source)
    assert (first.seen, first.inserted, first.skipped, first.failed) == (40, 40, 0, 0)
    assert first.images_per_second > 0
    again = ingest(source)
    assert (again.seen, again.inserted, again.skipped, again.failed) == (40, 0, 40, 0)
    assert database.collection("photos").count() == 40
    assert sum(host.asked.values()) == 40


def test_what_is_stored_is_the_pictures_own(ingest, database, store, tiny_clip, tmp_path):
    pictures = tmp_path / "pictures"
    (pictures / "blue").mkdir(parents=True)
    (pictures / "blue" / "a.png").write_bytes(encoded(noise(1000, 600, 5), "PNG"))
    ingest(pictures)
    collection = database.collection("photos")
    (photo,) = collection.photos(["blue/a.png"])
    assert (photo["width"], photo["height"], photo["label"]) == (1000, 600, "blue")
    assert photo["url"] == (pictures / "blue" / "a.png").as_uri()
    assert len(photo["digest"]) == 64
    expected = load_encoder(tiny_clip).encode_images([noise(1000, 600, 5)])
    assert collection.vectors(["blue/a.png"]) @ expected.T == pytest.approx(1, abs=1e-4)
    assert store.thumbnail("photos", "blue/a.png")[:2] == b"\xff\xd8"


def test_metadata_of_the_source_is_stored(ingest, database, host, tmp_path):
    header = "id,url,width,description,city,views,taken,mood"
    row = f"p,{host.url}/ok/1.jpg,4000,a lake,Oslo,5,2020-01-02T03:04:05,calm"
    ingest(listed(tmp_path, [row], header))
    (photo,) = database.collection("photos").photos(["p"])
    assert (photo["width"], photo["height"]) == (4000, 40)
    assert (photo["description"], photo["city"], photo["views"]) == ("a lake", "Oslo", 5)
    assert photo["taken"].isoformat() == "2020-01-02T03:04:05+00:00"
    assert photo["extra"] == {"mood": "calm"}


@pytest.mark.parametrize(("told", "size"), [
    ("4000,3000", (4000, 3000)),  # of the original
    ("20,25", (48, 40)),  # of a painting, in centimetres
    ("400,25", (48, 40)),
    ("24.5,30.5", (48, 40)),
    (",3000", (48, 3000)),
])  # fmt: skip
def test_a_size_that_the_picture_does_not_fit_in_is_none_in_pixels(
    ingest, database, host, tmp_path, told, size
):
    for mood in ("calm", "wild"):  # stored, and then told of anew
        row = f"p,{host.url}/ok/1.jpg,{told},{mood}"
        ingest(listed(tmp_path, [row], "id,url,width,height,mood"))
        (photo,) = database.collection("photos").photos(["p"])
        assert (photo["width"], photo["height"], photo["extra"]["mood"]) == (*size, mood)


def test_a_table_of_paths_is_read_from_its_own_folder(ingest, database, tmp_path):
    (tmp_path / "red").mkdir()
    (tmp_path / "red" / "1.jpg").write_bytes(jpeg(1))
    ingest(listed(tmp_path, ["red/1.jpg,red"], "path,label"))
    (photo,) = database.collection("photos").photos(["red/1.jpg"])
    assert photo["label"] == "red"


def test_pictures_can_be_handed_over_as_they_are(ingest, database):
    dropped = [Photo(f"{i}.jpg", payload=jpeg(i)) for i in range(3)]
    assert ingest(dropped).inserted == 3
    assert database.collection("photos").records.known_ids(["0.jpg", "9.jpg"]) == {"0.jpg"}


def test_each_failure_is_counted_and_the_run_goes_on(ingest, impatient, database, host, tmp_path):
    rows = [
        f"a,{host.url}/ok/1.jpg",
        f"b,{host.url}/missing/1.jpg",
        f"c,{host.url}/page/1.jpg",
        f"d,{host.url}/pdf/1.jpg",
        f"e,{host.url}/empty/1.jpg",
        f"f,{host.url}/short/1.jpg",
        f"g,{host.url}/drip/1.jpg",
        "h,",
        "i,relative/path.jpg",
        f"j,{host.url}/ok/2.jpg",
        f"k,{host.url}/error/2.jpg",
        f"l,{host.url}/loop/2.jpg",
    ]
    summary = ingest(listed(tmp_path, rows), options={"patience": impatient})
    assert summary.reasons == {
        "HTTP 404": 1,
        "a web page, not a picture": 1,
        "a PDF, not a picture": 1,
        "empty file": 1,
        "body shorter than announced": 1,
        "too slow": 1,
        "no address": 1,
        "no such file": 1,
        "HTTP 500": 1,
        "too many redirects": 1,
    }
    assert (summary.seen, summary.inserted, summary.failed) == (12, 2, 10)
    assert database.collection("photos").count() == 2


def test_what_failed_for_good_is_asked_for_again_only_when_told(ingest, host, tmp_path):
    source = listed(tmp_path, [f"gone,{host.url}/missing/1.jpg", f"down,{host.url}/error/1.jpg"])
    ingest(source)
    again = ingest(source)
    assert (again.skipped, again.failed_before, again.failed) == (1, 1, 1)
    assert host.asked["/missing/1.jpg"] == 1
    assert host.asked["/error/1.jpg"] == 4
    told = ingest(source, options={"retry_failed": True})
    assert (told.skipped, told.failed) == (0, 2)


def test_failures_are_rows_with_reason_address_and_attempts(ingest, database, host, tmp_path):
    source = listed(tmp_path, [f"down,{host.url}/error/1.jpg"])
    ingest(source)
    ingest(source)
    (failure,) = database.failures.list("photos")
    assert (failure.photo_id, failure.url) == ("down", f"{host.url}/error/1.jpg")
    assert (failure.reason, failure.permanent, failure.attempts) == ("HTTP 500", False, 2)


def test_a_photo_that_failed_for_good_gets_a_chance_at_a_new_address(ingest, host, tmp_path):
    ingest(listed(tmp_path, [f"a,{host.url}/missing/1.jpg"]))
    assert ingest(listed(tmp_path, [f"a,{host.url}/ok/1.jpg"])).inserted == 1


def test_an_id_named_twice_is_one_photo(ingest, database, host, tmp_path):
    rows = [f"a,{host.url}/ok/{i}.jpg" for i in range(5)]
    summary = ingest(listed(tmp_path, rows))
    assert (summary.seen, summary.inserted, summary.skipped) == (5, 1, 4)
    assert database.collection("photos").count() == 1


def test_another_table_and_a_renamed_address_cost_no_encoding(ingest, host, tmp_path):
    ingest(listed(tmp_path, [f"p{i},{host.url}/ok/{i}.jpg" for i in range(5)]))
    other = ingest(
        listed(tmp_path, [f"q{i},{host.url}/ok/{i}.jpg?new" for i in range(5)]), table="others"
    )
    assert (other.inserted, other.cached) == (5, 5)


def test_near_duplicates_are_noted_and_kept(ingest, database):
    one, other = noise(64, 64, 1), Image.new("RGB", (64, 64), "white")
    photos = [
        Photo("one", payload=encoded(one, quality=95)),
        Photo("same", payload=encoded(one, quality=90)),
        Photo("other", payload=encoded(other)),
    ]
    for photo in photos:  # one after the other, so that which came first is known
        ingest([photo])
    rows = database.collection("photos").photos(["one", "same", "other"])
    vectors = database.collection("photos").vectors(["one", "other"])
    assert vectors[0] @ vectors[1] < 0.97
    assert [row["duplicate_of"] for row in rows] == ["", "one", ""]


def test_near_duplicates_in_one_run_are_noted_too(ingest):
    photos = [Photo(str(i), payload=encoded(noise(64, 64, 1), quality=80 + i)) for i in range(4)]
    assert ingest(photos).duplicates == 3


def test_a_limit_and_conditions_choose_the_photos(ingest, host, tmp_path):
    rows = [f"p{i},{host.url}/ok/{i}.jpg,{i}" for i in range(10)]
    source = listed(tmp_path, rows, "id,url,views")
    assert ingest(source, limit=4).seen == 4
    assert ingest(source, options={"where": ("views>=8",)}).inserted == 2


def test_progress_is_told_while_it_runs_and_once_at_the_end(ingest, host, tmp_path):
    told: list[Progress] = []
    ingest(
        listed(tmp_path, [f"p{i},{host.url}/unhurried/{i}.jpg" for i in range(80)]),
        progress=told.append,
        options={"workers": 4},
    )
    assert len(told) > 1
    assert told[-1].inserted == told[-1].total == 80
    assert told[-1].fraction == 1
    assert [p.seen for p in told] == sorted(p.seen for p in told)


def test_a_stop_finishes_what_is_under_way_and_the_next_run_goes_on(
    ingest, database, host, tmp_path
):
    source = listed(tmp_path, [f"p{i},{host.url}/unhurried/{i}.jpg" for i in range(300)])
    stop = threading.Event()

    def progress(now):
        if now.downloaded > 20:
            stop.set()

    stopped = ingest(source, progress=progress, stop=stop, options={"workers": 4})
    assert stopped.interrupted
    assert 20 < stopped.inserted < 300
    assert stopped.failed == 0
    assert database.collection("photos").count() == stopped.inserted
    rest = ingest(source)
    assert rest.inserted == 300 - stopped.inserted
    assert database.collection("photos").count() == 300


@pytest.mark.skipif(not hasattr(os, "SCHED_BATCH"), reason="only Linux has such a policy")
def test_its_threads_break_nobody_off(ingest):
    policies = []

    def photos():
        for i in range(3):
            policies.append(os.sched_getscheduler(0))
            yield Photo(f"p{i}", payload=jpeg(i))

    ingest(photos())
    # The first photo is read in the calling thread, which keeps its own policy.
    assert policies == [os.SCHED_OTHER, os.SCHED_BATCH, os.SCHED_BATCH]
    assert os.sched_getscheduler(0) == os.SCHED_OTHER


def test_a_stop_that_was_set_before_ingests_nothing(ingest, tmp_path):
    stop = threading.Event()
    stop.set()
    summary = ingest([Photo("a", payload=jpeg(1))], stop=stop)
    assert summary.interrupted
    assert summary.inserted == 0


def test_two_ingests_at_once_into_one_table_double_nothing(ingest, database, host, tmp_path):
    source = listed(tmp_path, [f"p{i},{host.url}/ok/{i}.jpg" for i in range(60)])
    summaries = []
    threads = [threading.Thread(target=lambda: summaries.append(ingest(source))) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(summary.inserted for summary in summaries) == 60
    assert all(summary.inserted + summary.skipped == 60 for summary in summaries)
    assert database.collection("photos").count() == 60


def test_a_database_that_goes_away_ends_the_run_with_a_sentence_and_loses_nothing(
    host, store, tiny_clip, tmp_path, monkeypatch
):
    monkeypatch.setattr(writer, "FIRST_PAUSE", 0.01)
    source = listed(tmp_path, [f"p{i},{host.url}/unhurried/{i}.jpg" for i in range(200)])
    given = {"table": "photos", "encoder": tiny_clip, "store": store}

    with server(tmp_path) as (dsn, process), connect(dsn) as database:

        def progress(now):
            if now.inserted:
                kill(process)

        summary = run(
            source, database=database, progress=progress, options=Options(workers=4), **given
        )
    assert "did not answer" in str(summary.error)
    assert "the same ingest again goes on from here" in str(summary.error)
    assert 0 < summary.inserted < 200
    with server(tmp_path) as (dsn, process), connect(dsn) as database:
        before = database.collection("photos").count()
        assert before >= summary.inserted
        assert run(source, database=database, **given).inserted == 200 - before
        assert database.collection("photos").count() == 200


@contextmanager
def server(tmp_path):
    """A ClickHouse server on a folder that outlives it."""
    line = [*python(), "-m", "tests.vecdb.server", str(tmp_path / "server")]
    line += ["--flavour", "clickhouse", "--user", "u", "--password", "p"]
    with subprocess.Popen(line, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        yield f"clickhouse://u:p@127.0.0.1:{int(process.stdout.readline())}/default", process
        kill(process)


def test_a_collection_keeps_its_encoder(ingest, tmp_path_factory):
    from tests.encoder.tiny_clip import save_tiny_clip

    ingest([Photo("a", payload=jpeg(1))])
    other = str(save_tiny_clip(tmp_path_factory.mktemp("m") / "other", dim=8))
    # The other's length, 8, is not known without loading it: no length is told.
    with pytest.raises(EncoderMismatch, match=r"tiny-clip\S*, not of \S*other: take \S*tiny-clip"):
        ingest([Photo("b", payload=jpeg(2))], encoder=other)
    assert ingest([Photo("b", payload=jpeg(2))], encoder=None).inserted == 1


def test_an_encoder_that_is_gone_ends_the_run_with_a_sentence(ingest, tmp_path):
    from tests.encoder.tiny_clip import save_tiny_clip

    model = save_tiny_clip(tmp_path / "model", dim=16)
    assert ingest([Photo("a", payload=jpeg(1))], encoder=str(model)).inserted == 1
    load._loaded.clear()
    (model / "model.safetensors").unlink()
    summary = ingest([Photo("b", payload=jpeg(2))], encoder=None)
    assert summary.inserted == 0
    assert "not a usable image-text model" in summary.error


def test_a_moved_model_goes_on_with_its_collection_and_its_cached_vectors(
    ingest, database, store, tiny_clip, tmp_path, monkeypatch
):
    model = shutil.copytree(tiny_clip, tmp_path / "model")
    assert ingest([Photo("a", payload=jpeg(1))], encoder=f"{model}/").inserted == 1
    assert database.collection("photos").encoder == str(model)
    moved = model.rename(tmp_path / "moved")
    summary = ingest([Photo("again", payload=jpeg(1))], encoder=str(moved))
    assert (summary.inserted, summary.cached) == (1, 1)
    assert database.collection("photos").encoder == str(moved)
    moved.rename(tmp_path / "elsewhere")
    monkeypatch.setenv("ENCODER", str(tmp_path / "elsewhere"))
    assert ingest([Photo("b", payload=jpeg(2))], encoder=None).inserted == 1


def test_a_blank_encoder_is_the_collections_own_or_the_environments(
    ingest, database, tiny_clip, monkeypatch
):
    monkeypatch.setenv("ENCODER", f" {tiny_clip}/ ")
    for i, blank in enumerate(["", "  ", '""']):
        assert ingest([Photo(f"p{i}", payload=jpeg(i))], encoder=blank).inserted == 1
    assert database.collection("photos").encoder == tiny_clip


def test_new_weights_in_the_same_folder_are_new_vectors(ingest, store, tiny_clip, tmp_path):
    model = shutil.copytree(tiny_clip, tmp_path / "model")
    assert ingest([Photo("a", payload=jpeg(1))], encoder=str(model)).inserted == 1
    weights = load_file(model / "model.safetensors")
    weights["visual_projection.weight"] *= torch.linspace(-1, 1, 32)
    save_file(weights, model / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(EncoderMismatch, match="other weights or settings than"):
        ingest([Photo("b", payload=jpeg(2))], encoder=str(model))
    summary = ingest([Photo("b", payload=jpeg(2))], encoder=None)
    assert "other weights or settings than" in summary.error
    summary = ingest([Photo("a", payload=jpeg(1))], encoder=str(model), table="anew")
    assert (summary.inserted, summary.cached) == (1, 0)


@pytest.mark.parametrize("kind", ["siglip2", "align"])
def test_pictures_of_several_shapes_are_encoded_side_by_side(ingest, database, tmp_path, kind):
    KINDS[kind][0](tmp_path / kind)
    encoder = load_encoder(str(tmp_path / kind))
    sizes = [(300, 200), (200, 300), (240, 240), (310, 190)]
    photos = [Photo(f"p{i}", payload=jpeg(i, *size)) for i, size in enumerate(sizes)]
    assert ingest(photos, encoder=str(tmp_path / kind), table="shapes").inserted == 4
    shapes = database.collection("shapes")
    expected = encoder.encode_images(
        [Image.open(io.BytesIO(photo.payload or b"")) for photo in photos]
    )
    assert (shapes.vectors([photo.id for photo in photos]) * expected).sum(1) == pytest.approx(1)


def test_a_source_of_the_wrong_kind_is_an_error_before_a_table_is_made(ingest, database, tmp_path):
    with pytest.raises(SourceError, match="looks like addresses"):
        ingest(listed(tmp_path, ["1,2"], "a,b"))
    assert database.collections() == []


def test_a_source_that_breaks_off_gives_what_came_before(ingest, database, host, tmp_path):
    good = listed(tmp_path, [f"p{i},{host.url}/ok/{i}.jpg" for i in range(3)])
    folder = tmp_path / "shards"
    folder.mkdir()
    good.rename(folder / "photos.csv000")
    (folder / "photos.csv001").write_bytes(b"\x1f\x8bnonsense")
    summary = ingest(folder)
    assert summary.inserted == 3
    assert "photos.csv001 breaks off or is damaged" in summary.error


def test_an_empty_source_ingests_nothing(ingest, tmp_path):
    summary = ingest(listed(tmp_path, []))
    assert (summary.seen, summary.inserted, summary.error) == (0, 0, None)


def test_a_vector_that_is_no_vector_fails_alone(ingest, database, tiny_clip, monkeypatch):
    clip = load_encoder(tiny_clip)
    encode = clip.encode_prepared

    def once_wrong(pixels):
        vectors = encode(pixels)
        vectors[0] = np.nan
        return vectors

    monkeypatch.setattr(clip, "encode_prepared", once_wrong)
    summary = ingest([Photo(str(i), payload=jpeg(i)) for i in range(5)])
    assert summary.reasons == {"no vector of unit length": summary.failed}
    assert summary.failed >= 1
    assert summary.inserted == 5 - summary.failed


def test_what_a_script_does_not_know_of_a_photo_is_none(ingest, database):
    extra = {"iso": None, "mood": "calm"}
    photo = Photo("a", payload=jpeg(1), extra=extra)  # type: ignore[arg-type]
    assert ingest([photo]).inserted == 1
    assert database.collection("photos").photos(["a"])[0]["extra"] == {"mood": "calm"}
