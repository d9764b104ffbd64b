import threading
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from encoder import EmptyText, EncoderError, TextTooLong, load_encoder

ENCODER = Path(__file__).parents[2] / "encoder"
PHOTOS = Path(__file__).parents[3] / "shared" / "data" / "sample_photos"


@pytest.fixture(scope="module")
def offline():
    return load_encoder("offline", device="cpu")


def test_it_says_that_it_is_not_clip(offline):
    assert (offline.name, offline.dim, offline.kind) == ("offline", 512, "offline")


def test_phrases_lie_in_the_first_384_numbers_and_are_unit(offline):
    vectors = offline.encode_texts(["a dog", "a house by the lake"])
    assert vectors.shape == (2, 512)
    assert vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1)
    assert not vectors[:, 384:].any()


def test_phrases_of_like_meaning_are_near(offline):
    dog, puppy, truck = offline.encode_texts(["a dog", "a puppy", "a truck"])
    assert dog @ puppy > dog @ truck


def test_a_phrase_has_the_same_vector_alone_and_beside_longer_ones(offline):
    together = offline.encode_texts(["dog", "a very much longer phrase"])
    assert together[0] == pytest.approx(offline.encode_texts(["dog"])[0], abs=1e-5)


def test_pictures_are_unit_with_both_halves_of_equal_weight(offline):
    rng = np.random.default_rng(0)
    pictures = [
        Image.fromarray(rng.integers(0, 256, (40, 30 + i, 3), dtype=np.uint8)) for i in range(3)
    ]
    vectors = offline.encode_images(pictures)
    assert vectors.shape == (3, 512)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1)
    assert np.linalg.norm(vectors[:, :384], axis=1) == pytest.approx(0.5**0.5)


def test_the_kept_vectors_are_those_of_the_classes_names(offline):
    names = (ENCODER / "imagenet_classes.txt").read_text("utf-8").splitlines()
    kept = np.load(ENCODER / "offline_names.npy")
    assert kept.shape == (len(names), 384) == (1000, 384)
    some = range(0, 1000, 25)
    again = offline.encode_texts([f"a photo of a {names[at]}" for at in some])
    assert kept[some] == pytest.approx(again[:, :384], abs=1e-5)


def test_nothing_in_gives_no_rows_out(offline):
    assert offline.encode_images([]).shape == (0, 512)
    assert offline.encode_texts([]).shape == (0, 512)


def test_empty_broken_and_endless_phrases_are_refused(offline):
    with pytest.raises(EmptyText):
        offline.encode_texts([" "])
    with pytest.raises(EncoderError, match="is no text"):
        offline.encode_texts(["caf\udce9"])
    with pytest.raises(TextTooLong, match="the model reads 256"):
        offline.encode_texts(["word " * 300])


def test_threads_may_share_it(offline):
    expected = offline.encode_texts(["a red hat"])
    answers = []
    threads = [
        threading.Thread(target=lambda: answers.append(offline.encode_texts(["a red hat"])))
        for _ in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 6
    assert all(np.allclose(answer, expected, atol=1e-5) for answer in answers)


@pytest.mark.skipif(not PHOTOS.is_dir(), reason="the photographs are not on this machine")
def test_a_phrase_finds_the_photograph_it_names(offline):
    names = ["mate_LadyBird.jpg", "mate_Wood.jpg", "mate_Storm.jpg"]
    pictures = offline.encode_images([Image.open(PHOTOS / name) for name in names])
    found = (offline.encode_texts(["a ladybug"]) @ pictures.T)[0]
    assert found.argmax() == 0
