"""Image-text models trained on a few drawn scenes."""

import io
import json
import math
import resource
import shutil
import signal
import subprocess
import time
from dataclasses import replace
from pathlib import Path

import lance
import numpy as np
import pyarrow as pa
import pytest
import torch
from pytorch_metric_learning.losses import NTXentLoss
from torch.nn.functional import normalize

from encoder import EncoderError, load_encoder
from encoder.record import describe_training, read_record
from tests.encoder.tiny_clip import save_tiny_clip
from tests.warm import kill, python
from tuning.__main__ import main
from tuning.benchmark.drawn import (
    SCHEMA,
    choose_scenes,
    describe,
    draw,
    write_backbones,
    write_scenes,
)
from tuning.captions.dataset import open_pictures
from tuning.errors import LossDiverged, NotServed, TuningError
from tuning.models.build import Begin, Watch, train_model
from tuning.models.checkpoints import Checkpoints
from tuning.models.evaluate import encode_cut
from tuning.models.loss import soft_loss, symmetric_loss
from tuning.models.mixing import lean_back
from tuning.models.recall import describe_recall, rank_all
from tuning.models.settings import FULL, PROJECTIONS, SCRATCH, settings_for
from tuning.models.texts import Texts
from tuning.models.training import Epoch, Training

ROOT = Path(__file__).parent.parent.parent
SCALE = torch.tensor(2.0)
# Two pictures and their captions: the first pair 60 degrees apart, the second at one.
IMAGES = torch.tensor([[1.0, 0, 0, 0], [0, 1.0, 0, 0]])
TEXTS = torch.tensor([[0.5, math.sqrt(0.75), 0, 0], [0, 1.0, 0, 0]])
APART = torch.eye(2, dtype=torch.bool)


def cross_entropy(logits: list[float], targets: list[float]) -> float:
    total = sum(map(math.exp, logits))
    return -sum(t * math.log(math.exp(x) / total) for x, t in zip(logits, targets, strict=True))


def test_the_symmetric_loss_is_the_one_worked_out_by_hand() -> None:
    # Cosines: picture 1 with the captions .5 and 0, picture 2 with .866 and 1.
    near = math.sqrt(0.75)
    to_texts = cross_entropy([1.0, 0.0], [1, 0]) + cross_entropy([2 * near, 2.0], [0, 1])
    to_images = cross_entropy([1.0, 2 * near], [1, 0]) + cross_entropy([0.0, 2.0], [0, 1])
    found = symmetric_loss(IMAGES, TEXTS, SCALE, APART)
    assert found.item() == pytest.approx((to_texts / 2 + to_images / 2) / 2, rel=1e-5)


def test_the_symmetric_loss_is_pytorch_metric_learnings_ntxent_both_ways() -> None:
    torch.manual_seed(0)
    images, texts = (normalize(torch.randn(6, 4), dim=1) for _ in range(2))
    reference, labels = NTXentLoss(temperature=0.5), torch.arange(6)
    expected = sum(
        reference(one, labels, ref_emb=other, ref_labels=labels.clone())
        for one, other in ((images, texts), (texts, images))
    )
    found = symmetric_loss(images, texts, SCALE, torch.eye(6, dtype=torch.bool))
    assert found.item() == pytest.approx(expected.item() / 2, rel=1e-5)


def test_the_same_words_about_another_picture_do_not_count_as_wrong() -> None:
    alike = torch.ones(2, 2, dtype=torch.bool)
    same = TEXTS[:1].expand(2, 4)
    # Whichever picture, both captions are right and equally likely: ln 2 from pictures to texts.
    from_images = math.log(2)
    half = [0.5, 0.5]
    from_texts = cross_entropy([1.0, 2 * math.sqrt(0.75)], half)
    found = symmetric_loss(IMAGES, same, SCALE, alike)
    assert found.item() == pytest.approx((from_images + from_texts) / 2, rel=1e-5)


def test_the_soft_loss_is_the_one_worked_out_by_hand() -> None:
    near = math.sqrt(0.75)
    # Alike among themselves: pictures 0, texts .866; twice their mean is .866, on the diagonal 2.
    other = math.exp(near) / (math.exp(2) + math.exp(near))
    first, second = [1 - other, other], [other, 1 - other]
    to_texts = cross_entropy([1.0, 0.0], first) + cross_entropy([2 * near, 2.0], second)
    to_images = cross_entropy([1.0, 2 * near], first) + cross_entropy([0.0, 2.0], second)
    found = soft_loss(IMAGES, TEXTS, SCALE)
    assert found.item() == pytest.approx((to_texts / 2 + to_images / 2) / 2, rel=1e-5)


def test_recall_is_the_one_worked_out_by_hand() -> None:
    # Three pictures on the axes; texts: at the first, between second and third, at the third.
    images = np.eye(4, dtype=np.float32)[:3]
    texts = np.array([[1, 0, 0, 0], [0, 0.6, 0.8, 0], [0, 0, 1, 0]], np.float32)
    found = rank_all(images, texts, [np.array([0]), np.array([1]), np.array([2])])
    assert found.captions.tolist() == [1, 2, 1]
    assert found.pictures.tolist() == [1, 1, 1]
    told = describe_recall(None, found)
    assert told["caption_to_picture"]["recall@1"]["after"] == pytest.approx(2 / 3, abs=1e-4)
    assert told["caption_to_picture"]["recall@1"]["chance"] == pytest.approx(1 / 3, abs=1e-4)
    assert told["caption_to_picture"]["recall@5"]["chance"] == 1


def test_the_interval_of_recall_is_that_of_the_recall_and_not_of_what_changed() -> None:
    # The same model before and after: no difference, and yet no certainty.
    images = np.eye(10, dtype=np.float32)
    texts = np.roll(images, 1, axis=0)
    texts[0] = images[0]
    found = rank_all(images, texts, [np.array([n]) for n in range(10)])
    at_one = describe_recall(found, found)["caption_to_picture"]["recall@1"]
    assert at_one["before"] == at_one["after"] == 0.1
    # By a bootstrap .3; of ten pictures the end lies 1.217 times as far away.
    assert at_one["interval"] == pytest.approx([0, 0.3433], abs=1e-3)


def test_a_model_that_gives_one_vector_for_all_finds_nothing() -> None:
    same = np.tile(np.eye(4, dtype=np.float32)[:1], (20, 1))
    found = rank_all(same, same, [np.array([n]) for n in range(20)])
    assert found.captions.tolist() == [20] * 20
    broken = rank_all(same * np.nan, same, [np.array([n]) for n in range(20)])
    assert broken.mean == 0


def test_equal_words_about_another_picture_are_a_right_answer() -> None:
    images = np.eye(4, dtype=np.float32)[:3]
    found = rank_all(images, images[:2], [np.array([0]), np.array([1]), np.array([1])])
    assert found.captions.tolist() == [1, 1, 1]
    assert found.pictures.tolist() == [1, 1, 2]
    assert found.chance[0][0] == pytest.approx((1 / 3 + 2 / 3 + 2 / 3) / 3)


def test_captions_that_differ_in_case_or_form_of_accents_have_the_same_words() -> None:
    texts = Texts([["A café.", "A dog."], ["a Cafe\u0301."], ["A cat."]])
    assert texts.all == ["A café.", "A dog.", "A cat."]
    assert texts.of.tolist() == [0, 1, 0, 2]


def test_every_caption_of_a_picture_is_drawn_once_in_as_many_epochs_as_it_has() -> None:
    texts = Texts([["a", "b", "c"], ["d"], ["e", "f"]])
    drawn = np.array([texts.draw(epoch) for epoch in range(6)])
    assert sorted(drawn[:3, 0]) == [0, 1, 2]
    assert sorted(drawn[3:, 0]) == [0, 1, 2]
    assert set(drawn[:, 1]) == {3}
    assert sorted(drawn[:2, 2]) == [4, 5]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_scenes(tmp_path_factory.mktemp("data") / "scenes.lance", 120)


@pytest.fixture(scope="module")
def backbones(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    return write_backbones(tmp_path_factory.mktemp("backbones"), width=8)


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(save_tiny_clip(tmp_path_factory.mktemp("clip") / "tiny"))


def quick(mode: str, **given: object):
    return settings_for(mode, {"epochs": 2, "batch": 32, "dim": 16, "rate": 1e-3, **given})


@pytest.mark.parametrize("loss", ["contrastive", "soft"])
def test_a_model_from_nothing_is_an_encoder_at_once(data, backbones, tmp_path, loss) -> None:
    begin = Begin("", *backbones)
    settings = quick(SCRATCH, loss=loss)
    record = train_model(open_pictures(data), tmp_path / "m", begin, settings, force=True)
    encoder = load_encoder(str(tmp_path / "m"))
    assert encoder.kind == "dual-encoder"
    assert encoder.encode_texts(["a red ring above a blue cross"]).shape == (1, 16)
    assert [epoch["number"] for epoch in record["epochs"]] == [0, 1, 2]
    assert record["held_out"]["caption_to_picture"]["recall@1"]["before"] is None
    assert read_record(str(tmp_path / "m")) == record
    assert describe_training(str(tmp_path / "m")).startswith(
        "trained from scratch with a data set of 120 pictures and 240 captions, "
        "held-out recall@1 of chance 0."
    )
    assert sorted(path.name for path in tmp_path.iterdir()) == ["m"]


def test_projections_learn_while_the_towers_stand_still(data, clip, tmp_path) -> None:
    settings = quick(PROJECTIONS, epochs=30, rate=1e-2)
    record = train_model(open_pictures(data), tmp_path / "m", Begin(clip), settings, force=True)
    assert record["best"] > 0
    before, after = load_weights(clip), load_weights(tmp_path / "m")
    changed = {name for name in before if not torch.equal(before[name], after[name])}
    assert changed == {"logit_scale", "text_projection.weight", "visual_projection.weight"}
    recalls = [epoch["recall"] for epoch in record["epochs"]]
    assert max(recalls) == recalls[record["best"]] > recalls[0]
    assert describe_training(str(tmp_path / "m")).startswith(f"projections of {clip} trained with")


def load_weights(folder: Path | str) -> dict[str, torch.Tensor]:
    from safetensors.torch import load_file

    return load_file(Path(folder) / "model.safetensors")


def test_full_training_changes_every_tower_and_leans_back_to_the_start(
    data, clip, tmp_path
) -> None:
    settings = quick(FULL, epochs=3)
    record = train_model(open_pictures(data), tmp_path / "m", Begin(clip), settings, force=True)
    before, after = load_weights(clip), load_weights(tmp_path / "m")
    assert record["share_of_new_weights"] in {0.25, 0.5, 0.75, 1.0}
    assert not torch.equal(
        before["vision_model.embeddings.patch_embedding.weight"],
        after["vision_model.embeddings.patch_embedding.weight"],
    )
    assert load_encoder(str(tmp_path / "m")).kind == "clip"


def test_a_model_whose_recall_fell_is_not_made_and_the_old_one_stays(
    data, clip, tmp_path, monkeypatch, capsys
) -> None:
    from tuning.models import build

    worse = build.measure

    def fallen(before, after, pictures):
        found = worse(before, after, pictures)
        return replace(found, after=replace(found.after, captions=found.after.captions + 100))

    monkeypatch.setattr(build, "measure", fallen)
    settings = quick(PROJECTIONS, epochs=10, rate=1e-2)
    with pytest.raises(NotServed, match=r"recall fell from .* stays the better one; --force"):
        train_model(open_pictures(data), tmp_path / "m", Begin(clip), settings)
    assert not (tmp_path / "m").exists()
    again = ["model", str(data), "--out", str(tmp_path / "m"), "--from", clip, "--json"]
    same = ["--epochs", "10", "--batch", "32", "--dim", "16", "--rate", "1e-2"]
    assert main([*again, *same]) == 3
    told = json.loads(capsys.readouterr().out)
    assert "is not made: held-out recall fell" in told["error"]
    assert "caption_to_picture" in told["held_out"]
    record = train_model(open_pictures(data), tmp_path / "m", Begin(clip), settings, force=True)
    assert record["best"] > 0
    assert (tmp_path / "m" / "config.json").is_file()


def command(data: Path, out: Path, backbones: tuple[str, str], *more: str) -> list[str]:
    vision, text = backbones
    own = ["--mode", "scratch", "--vision", vision, "--text", text, "--force", "--json"]
    small = ["--epochs", "8", "--batch", "16", "--dim", "16", "--checkpoint-seconds", "0"]
    return ["model", str(data), "--out", str(out), *own, *small, *more]


def test_a_training_that_is_killed_goes_on_to_the_same_curve(
    data, backbones, tmp_path, capsys
) -> None:
    assert main(command(data, tmp_path / "whole", backbones)) == 0
    expected = json.loads(capsys.readouterr().out)
    again = command(data, tmp_path / "killed", backbones)
    checkpoint = tmp_path / "killed.training" / "checkpoint.pt"
    for _ in range(2):
        before = checkpoint.stat().st_mtime_ns if checkpoint.exists() else 0
        with subprocess.Popen(
            [*python(), "-m", "tuning", *again],
            cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        ) as process:  # fmt: skip
            while process.poll() is None and not is_within_an_epoch(checkpoint, before):
                time.sleep(0.01)  # between two looks
            kill(process)
        assert process.returncode == -signal.SIGKILL
    assert main(again) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["epochs"] == expected["epochs"]
    assert found["held_out"] == expected["held_out"]
    weights = [load_weights(tmp_path / name) for name in ("whole", "killed")]
    assert all(torch.equal(weights[0][name], weights[1][name]) for name in weights[0])


def is_within_an_epoch(checkpoint: Path, before: int) -> bool:
    """Whether a checkpoint newer than a time stands in the middle of a later epoch."""
    if not checkpoint.exists() or checkpoint.stat().st_mtime_ns <= before:
        return False
    state = torch.load(checkpoint, weights_only=True)["state"]
    return state["epoch"] > (1 if before == 0 else 2) and 0 < state["done"] < 96


def test_a_checkpoint_of_another_training_is_not_gone_on_with(data, clip, tmp_path) -> None:
    settings = quick(PROJECTIONS)
    (tmp_path / "m.training").mkdir()
    (tmp_path / "m.training" / "about.json").write_text('{"mode": "full"}', "utf-8")
    (tmp_path / "m.training" / "checkpoint.pt").touch()
    with pytest.raises(TuningError, match=r"another mode \(full, not projections\)"):
        train_model(open_pictures(data), tmp_path / "m", Begin(clip), settings)


def test_a_training_refused_before_it_began_is_in_no_other_ones_way(tmp_path) -> None:
    Checkpoints(tmp_path / "m", {"mode": PROJECTIONS})
    Checkpoints(tmp_path / "m", {"mode": FULL}).write({})
    with pytest.raises(TuningError, match=r"another mode \(full, not projections\)"):
        Checkpoints(tmp_path / "m", {"mode": PROJECTIONS})


@pytest.mark.parametrize("held", [b"", b'{"mode": "pro', b"[1]", b"garbage" * 99, "other"])
@pytest.mark.parametrize("name", ["about.json", "features.npz", "checkpoint.pt", "best.pt"])
def test_a_file_to_go_on_from_that_is_damaged_is_one_sentence(
    begun, clip, data, tmp_path, name, held
) -> None:
    shutil.copytree(begun, tmp_path / "m.training")
    path = tmp_path / "m.training" / name
    if held == "other":  # whole, and of something else
        held = b"{}" if name == "about.json" else save_other(name)
    path.write_bytes(held)
    words = rf"^{path} cannot be read \(it is damaged\): remove {path.parent} to train anew\.$"
    with pytest.raises(TuningError, match="another mode" if held == b"{}" else words):
        train_model(open_pictures(data), tmp_path / "m", Begin(clip), quick(PROJECTIONS))


def save_other(name: str) -> bytes:
    out = io.BytesIO()
    if name == "features.npz":
        np.savez(out, images=np.zeros(3))
    else:
        torch.save({"weights": {}}, out)
    return out.getvalue()


@pytest.fixture(scope="module")
def begun(data, clip, tmp_path_factory) -> Path:
    """The folder of a training that was broken off when its best epoch was to be measured."""
    folder = tmp_path_factory.mktemp("begun")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tuning.models.build.measure", lambda *of: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            train_model(open_pictures(data), folder / "m", Begin(clip), quick(PROJECTIONS))
    return folder / "m.training"


def test_a_best_epoch_that_is_gone_is_one_sentence(begun, clip, data, tmp_path) -> None:
    shutil.copytree(begun, tmp_path / "m.training")
    (tmp_path / "m.training" / "best.pt").unlink()
    with pytest.raises(TuningError, match=r"best\.pt cannot be read"):
        train_model(open_pictures(data), tmp_path / "m", Begin(clip), quick(PROJECTIONS))


def test_a_disk_that_is_full_at_the_checkpoint_is_one_sentence(
    data, backbones, tmp_path, capsys
) -> None:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, before[1]))
    try:
        assert main(command(data, tmp_path / "m", backbones)) == 1
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    told = json.loads(capsys.readouterr().out)["error"]
    assert "cannot be written (File too large): make room there" in told
    assert not (tmp_path / "m").exists()
    assert [path.name for path in (tmp_path / "m.training").iterdir()] == ["about.json"]


def test_a_rate_that_loses_the_loss_is_named(data, backbones, tmp_path, monkeypatch) -> None:
    broken = Training._loss
    monkeypatch.setattr(Training, "_loss", lambda self, *of: broken(self, *of) * float("nan"))
    with pytest.raises(LossDiverged, match=r"rate 0\.001 is too high"):
        train_model(
            open_pictures(data), tmp_path / "m", Begin("", *backbones), quick(SCRATCH), force=True
        )


def test_a_loss_that_is_lost_later_keeps_the_best_epoch(
    data, backbones, tmp_path, monkeypatch
) -> None:
    whole = Training._run_epoch
    monkeypatch.setattr(
        Training,
        "_run_epoch",
        lambda self: whole(self) if len(self.history) < 4 else math.nan,
    )
    settings = quick(SCRATCH, epochs=6, rate=5e-3)
    record = train_model(
        open_pictures(data), tmp_path / "m", Begin("", *backbones), settings, force=True
    )
    assert record["ended"].startswith("the loss became infinite in epoch 4: the rate 0.005 was")
    assert record["best"] in {0, 1, 2, 3}


def test_a_batch_that_memory_does_not_hold_is_halved(
    data, backbones, tmp_path, monkeypatch
) -> None:
    whole = Training._learn

    def hungry(self, numbers, batch, drawn):
        if len(numbers) > 8:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return whole(self, numbers, batch, drawn)

    monkeypatch.setattr(Training, "_learn", hungry)
    told: list[str] = []
    record = train_model(
        open_pictures(data),
        tmp_path / "m",
        Begin("", *backbones),
        quick(SCRATCH),
        force=True,
        watch=Watch(tell=told.append),
    )
    assert record["batch"] == 8
    assert told == [
        "Memory ended: a batch is 16 pictures from here on.",
        "Memory ended: a batch is 8 pictures from here on.",
    ]


def test_memory_that_holds_no_pair_is_one_sentence(data, backbones, tmp_path, monkeypatch) -> None:
    def hungry(self, numbers, batch, drawn):
        raise RuntimeError("DefaultCPUAllocator: can't allocate memory")

    monkeypatch.setattr(Training, "_learn", hungry)
    with pytest.raises(TuningError, match="does not hold a batch of two pictures"):
        train_model(open_pictures(data), tmp_path / "m", Begin("", *backbones), quick(SCRATCH))


def test_a_training_that_is_stopped_keeps_the_best_epoch(data, backbones, tmp_path) -> None:
    import threading

    stop = threading.Event()

    def stop_after_one(epoch: Epoch) -> None:
        if epoch.number == 1:
            stop.set()

    record = train_model(
        open_pictures(data),
        tmp_path / "m",
        Begin("", *backbones),
        quick(SCRATCH, epochs=50),
        force=True,
        watch=Watch(epoch=stop_after_one, stop=stop),
    )
    assert record["ended"] == "it was stopped"
    assert len(record["epochs"]) == 2


def awkward(path: Path) -> Path:
    """Scenes, one picture that does not decode and one caption that is far too long."""
    random = np.random.default_rng(0)
    rows = [
        {"image": draw(scene, random), "captions": describe(scene)}
        for scene in choose_scenes(40, 1)
    ]
    for row in rows[3:5]:
        row["captions"] = ["a red ring above " * 40]
    rows += [{"image": b"no picture %d" % n, "captions": ["a ring"]} for n in range(3)]
    lance.write_dataset(pa.Table.from_pylist(rows, SCHEMA), str(path))
    return path


@pytest.mark.parametrize("mode", [PROJECTIONS, SCRATCH])
def test_damaged_pictures_are_counted_and_long_captions_cut(
    mode, clip, backbones, tmp_path
) -> None:
    begin = Begin(clip) if mode == PROJECTIONS else Begin("", *backbones)
    told: list[str] = []
    record = train_model(
        open_pictures(awkward(tmp_path / "data.lance")),
        tmp_path / "m",
        begin,
        quick(mode),
        force=True,
        watch=Watch(tell=told.append),
    )
    assert record["captions_cut"] == 2
    assert record["pictures_skipped"] == 3
    assert told[0].startswith("Of 2 captions only the first")
    assert told[-1] == "3 pictures did not decode and took no part."


def test_pictures_come_from_spawned_processes_as_they_come_from_this_one(
    data, backbones, tmp_path
) -> None:
    begin, settings = Begin("", *backbones), quick(SCRATCH, epochs=1)
    epochs = [
        train_model(
            open_pictures(data), tmp_path / f"m{n}", begin, settings, workers=n, force=True
        )["epochs"]
        for n in (0, 2)
    ]
    assert epochs[0] == epochs[1]


def test_evaluate_tells_before_and_after_and_what_was_forgotten(
    data, clip, tmp_path, capsys
) -> None:
    for label in ("red", "blue"):
        (tmp_path / "set" / label).mkdir(parents=True)
        scene = ((label, "square"), (label, "circle"), True)
        for n in range(3):
            random = np.random.default_rng(n)
            (tmp_path / "set" / label / f"{n}.png").write_bytes(draw(scene, random))
    settings = quick(PROJECTIONS, epochs=20, rate=1e-2)
    train_model(open_pictures(data), tmp_path / "m", Begin(clip), settings, force=True)
    arguments = ["evaluate", str(tmp_path / "m"), str(data), "--zeroshot", str(tmp_path / "set")]
    code = main([*arguments, "--json"])
    told = json.loads(capsys.readouterr().out)
    assert (told["before"], told["pictures"], told["captions"]) == (clip, 12, 24)
    for direction in ("caption_to_picture", "picture_to_caption"):
        for depth in (1, 5, 10):
            of = told["recall"][direction][f"recall@{depth}"]
            low, high = of["interval"]
            assert 0 <= low <= of["after"] <= high <= 1
            assert of["before"] is not None
    assert (told["zeroshot"]["pictures"], told["zeroshot"]["classes"]) == (6, 2)
    assert code == (0 if told["better"] else 3)
    main(arguments)
    printed = capsys.readouterr().out
    assert "12 pictures held out, with 24 captions" in printed
    assert "zero-shot accuracy on 6 pictures of 2 classes" in printed
    assert "left out" not in printed
    pictures = open_pictures(data)
    for part in ("train", "val", "test"):
        [learnt] = pictures.read(pictures.numbers(part)[:1])
        (tmp_path / "set" / "red" / f"{part}.png").write_bytes(learnt)
    main([*arguments, "--json"])
    told = json.loads(capsys.readouterr().out)["zeroshot"]
    assert (told["pictures"], told["left_out"]) == (7, 2)


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (["--mode", "scratch"], "takes --vision NAME and --text NAME"),
        (["--vision", "a", "--text", "b"], "and no other does"),
        (["--vision", "a"], "and no other does"),
        (["--mode", "scratch", "--vision", "a", "--text", "b", "--from", "c"], "leave --from out"),
        (["--from", "/none"], "There is no folder /none"),
        (["--mode", "scratch", "--vision", "/none", "--text", "/none"], "There is no folder /none"),
    ],
)
def test_what_cannot_be_begun_with_is_one_sentence(data, tmp_path, capsys, more, words) -> None:
    assert main(["model", str(data), "--out", str(tmp_path / "m"), *more]) == 1
    assert words in capsys.readouterr().err.splitlines()[-1]


@pytest.mark.parametrize("part", ["_read_towers", "_learner"])
def test_a_model_that_fails_before_it_learns_is_one_sentence(
    data, clip, tmp_path, monkeypatch, part
) -> None:
    def fail(*of):
        raise torch.OutOfMemoryError("CUDA out of memory")

    monkeypatch.setattr(f"tuning.models.build.{part}", fail)
    with pytest.raises(EncoderError, match=f"encoder {clip} could not .*with more memory free"):
        train_model(open_pictures(data), tmp_path / "m", Begin(clip), quick(PROJECTIONS))


def test_a_folder_that_exists_is_left_alone(data, clip, tmp_path) -> None:
    (tmp_path / "m").mkdir()
    with pytest.raises(TuningError, match="m exists: remove it"):
        train_model(open_pictures(data), tmp_path / "m", Begin(clip), quick(PROJECTIONS))


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        ({"train": 1, "val": 9, "test": 9}, "holds 1 picture to learn from: it takes 2 that"),
        ({"train": 9, "test": 9, "val": -3}, "holds 0 pictures to choose the best epoch by"),
        ({"train": 9, "val": 9, "test": 1}, "holds 1 picture to measure on: it takes 2 that"),
        ({"train": 9, "val": 9, "test": -9}, "holds 0 pictures to measure on"),
    ],
)
def test_too_few_pictures_are_found_before_anything_is_trained(
    parts, words, clip, tmp_path, monkeypatch
) -> None:
    # Fewer than none: so many that do not decode.
    random, scenes = np.random.default_rng(0), iter(choose_scenes(40, 1))
    rows = [
        {
            "image": draw(scene := next(scenes), random) if n > 0 else b"none %d" % at,
            "captions": describe(scene) if n > 0 else ["a ring"],
            "split": part,
        }
        for part, n in parts.items()
        for at in range(abs(n))
    ]
    schema = SCHEMA.append(pa.field("split", pa.string()))
    lance.write_dataset(pa.Table.from_pylist(rows, schema), str(tmp_path / "data.lance"))
    monkeypatch.setattr("tuning.models.build._read_towers", lambda *of: pytest.fail("too late"))
    with pytest.raises(TuningError, match=words):
        train_model(
            open_pictures(tmp_path / "data.lance"), tmp_path / "m", Begin(clip), quick(PROJECTIONS)
        )


def test_towers_that_lack_a_part_are_refused_by_name(data, backbones, clip, tmp_path) -> None:
    vision, text = backbones
    for begin in (Begin("", text, text), Begin("", vision, vision)):
        with pytest.raises(Exception, match="cannot be a tower"):
            train_model(open_pictures(data), tmp_path / "m", begin, quick(SCRATCH))


@pytest.mark.parametrize(
    "file",
    ["model.safetensors", "pytorch_model.bin", "model-00001-of-00002.safetensors", "tf_model.h5"],
)
@pytest.mark.parametrize("part", ["vision", "text"])
def test_weights_of_a_tower_that_cannot_be_read_are_not_drawn_anew(
    data, backbones, tmp_path, file, part
) -> None:
    shutil.copytree(Path(backbones[0]).parent, tmp_path / "bb")
    (tmp_path / "bb" / part / file).symlink_to("/nowhere")
    begin = Begin("", str(tmp_path / "bb" / "vision"), str(tmp_path / "bb" / "text"))
    with pytest.raises(EncoderError, match=f"/bb/{part} cannot be a tower .its weights cannot"):
        train_model(open_pictures(data), tmp_path / "m", begin, quick(SCRATCH))


def test_a_caption_too_long_to_encode_is_read_from_its_beginning(clip) -> None:
    encoder = load_encoder(clip)
    vectors = encode_cut(encoder, ["a dog", "red " * 200, "x" * 300])
    assert np.allclose(vectors[0], encoder.encode_texts(["a dog"])[0], atol=1e-6)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_weights_lean_back_to_the_start_as_far_as_the_score_allows() -> None:
    model = torch.nn.Linear(1, 1, bias=False)
    start = {"weight": torch.tensor([[0.0]])}

    def lean(score_of: dict[float, float]) -> tuple[float, float]:
        torch.nn.init.constant_(model.weight, 4.0)
        share = lean_back(model, start, lambda: score_of[model.weight.item() / 4])
        return share, model.weight.item()

    assert lean({0.25: 0.1, 0.5: 0.395, 0.75: 0.4, 1.0: 0.2}) == (0.5, 2.0)
    assert lean({0.25: 0.1, 0.5: 0.2, 0.75: 0.3, 1.0: 0.4}) == (1.0, 4.0)


def test_a_zeroshot_set_of_one_class_or_of_nothing_is_one_sentence(
    data, clip, tmp_path, capsys
) -> None:
    (tmp_path / "set" / "red").mkdir(parents=True)
    scene = choose_scenes(1, 0)[0]
    (tmp_path / "set" / "red" / "0.png").write_bytes(draw(scene, np.random.default_rng(0)))
    for where, words in ((tmp_path / "set", "needs two classes"), (tmp_path / "no", "not exist")):
        assert main(["evaluate", clip, str(data), "--zeroshot", str(where)]) == 1
        assert words in capsys.readouterr().err


def test_too_few_pictures_to_measure_on_are_said(clip, tmp_path, capsys) -> None:
    random = np.random.default_rng(0)
    rows = [
        {"image": draw(scene, random), "captions": describe(scene)} for scene in choose_scenes(5, 1)
    ]
    lance.write_dataset(pa.Table.from_pylist(rows, SCHEMA), str(tmp_path / "data.lance"))
    assert main(["evaluate", clip, str(tmp_path / "data.lance")]) == 1
    assert "holds 1 picture to measure on" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["model", "evaluate"])
def test_one_caption_for_all_pictures_is_one_sentence(clip, tmp_path, capsys, command) -> None:
    random = np.random.default_rng(0)
    rows = [
        {"image": draw(scene, random), "captions": ["A shape." if at % 2 else "a shape."]}
        for at, scene in enumerate(choose_scenes(40, 1))
    ]
    lance.write_dataset(pa.Table.from_pylist(rows, SCHEMA), str(tmp_path / "data.lance"))
    data = str(tmp_path / "data.lance")
    asked = [command, clip, data]
    if command == "model":
        asked = [command, data, "--from", clip, "--out", str(tmp_path / "out")]
    assert main(asked) == 1
    assert "have the one caption 'A shape.'" in capsys.readouterr().err.replace("'a", "'A")
