"""What a model finds among pictures held out, and what it still knows elsewhere."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from commandline.words import count_things
from encoder import Encoder, TextTooLong
from encoder.pictures import UnreadablePicture, read_picture
from tuning.captions.dataset import Pictures
from tuning.captions.split import TEST, TRAIN, VAL
from tuning.errors import TuningError
from tuning.measure import share_interval
from tuning.models.recall import Ranks, describe_recall, rank_all
from tuning.models.texts import Texts

PICTURES_AT_ONCE = 64
NEEDED = {
    TRAIN: (2, "learn from"),
    VAL: (1, "choose the best epoch by"),
    TEST: (2, "measure on"),
}
TEMPLATE = "a photo of a {}"


@dataclass(frozen=True, eq=False)
class Measured:
    """Recall on pictures held out.

    Attributes:
        before: of the model the training began with; None where it began with none.
        after: of the model.
        damaged: pictures that do not decode.
    """

    before: Ranks | None
    after: Ranks
    damaged: int

    @property
    def is_better(self) -> bool:
        """Whether mean recall did not fall; of a new model, whether it lies above chance."""
        if self.before is not None:
            return self.after.mean >= self.before.mean
        return self.after.mean > float(np.mean(self.after.chance))

    def as_json(self) -> dict[str, Any]:
        """Return recall by direction and depth."""
        return describe_recall(self.before, self.after)

    def sentence(self, base: str) -> str:
        """Say what fell."""
        if self.before is None:
            chance = float(np.mean(self.after.chance))
            return f"held-out recall is {self.after.mean:.3f}, no better than chance ({chance:.3f})"
        return (
            f"held-out recall fell from {self.before.mean:.3f} to {self.after.mean:.3f}, so {base} "
            "stays the better one"
        )


def measure(before: Encoder | None, after: Encoder, pictures: Pictures) -> Measured:
    """Measure two models on the pictures of a data set that only measure.

    Raises:
        TuningError: fewer than two such pictures decode.
    """
    require_pictures(pictures, TEST)
    numbers = pictures.numbers(TEST)
    data = _in_parts(pictures, numbers)
    kept = [n for n, one in zip(numbers, data, strict=True) if decode(one) is not None]
    texts = Texts([pictures.captions[number] for number in kept])
    own = texts.texts_of(np.arange(len(kept)))

    def rank(encoder: Encoder) -> Ranks:
        seen = [
            encoder.encode_images([decode(data) for data in pictures.read(kept[at:end])])
            for at, end in _spans(len(kept))
        ]
        return rank_all(np.concatenate(seen), encode_cut(encoder, texts.all), own)

    found = None if before is None else rank(before)
    return Measured(found, rank(after), len(numbers) - len(kept))


def require_pictures(pictures: Pictures, *parts: str) -> None:
    """Check that parts of a data set hold pictures enough, as few as it takes to know.

    Raises:
        TuningError: too few of a part decode, or all have one caption.
    """
    for part in parts:
        least, purpose = NEEDED[part]
        decoded = (
            data for data in _in_parts(pictures, pictures.numbers(part)) if decode(data) is not None
        )
        found = len(list(islice(decoded, least)))
        if found < least:
            others = any(reason.startswith("split ") for reason in pictures.left_out)
            or_split = ", or train, val or test in the column split" if others else ""
            raise TuningError(
                f"{pictures.path} holds {count_things(found, 'picture')} to {purpose}: it takes "
                f"{least} that decode, give more pictures{or_split}."
            )
        captions = [pictures.captions[number] for number in pictures.numbers(part)]
        if least > 1 and len(Texts(captions).all) == 1:
            raise TuningError(
                f"All pictures of {pictures.path} to {purpose} have the one caption "
                f"{captions[0][0]!r:.60}, which tells none from another: give captions that differ."
            )


def encode_cut(encoder: Encoder, texts: Sequence[str]) -> NDArray[np.float32]:
    """Encode texts to (n, d) unit rows; cut one that is too long to what is read."""
    parts = []
    for at, end in _spans(len(texts)):
        try:
            parts.append(encoder.encode_texts(texts[at:end]))
        except TextTooLong:
            parts += [_encode_one(encoder, text) for text in texts[at:end]]
    return np.concatenate(parts)


def _encode_one(encoder: Encoder, text: str) -> NDArray[np.float32]:
    while True:
        try:
            return encoder.encode_texts([text])
        except TextTooLong:
            shorter = re.split(r"\s+", text)
            keep = len(shorter) * 9 // 10
            text = " ".join(shorter[:keep]) if keep else text[: len(text) // 2]


@dataclass(frozen=True, eq=False)
class ZeroShot:
    """Whether each labelled picture's likeliest class in words is its own, before and after."""

    before: NDArray[np.bool_] | None
    after: NDArray[np.bool_]
    classes: int

    def as_json(self) -> dict[str, Any]:
        """Return accuracy before and after, with the 95 % interval of after."""
        ends = share_interval(self.after.astype(float), np.arange(len(self.after)))
        return {
            "pictures": len(self.after),
            "classes": self.classes,
            "chance": round(1 / self.classes, 4),
            "before": None if self.before is None else round(float(self.before.mean()), 4),
            "after": round(float(self.after.mean()), 4),
            "interval": [round(end, 4) for end in ends],
        }


def measure_zeroshot(
    before: Encoder | None, after: Encoder, labelled: Iterable[tuple[bytes, str]]
) -> ZeroShot:
    """Name the class of labelled pictures by the phrase that is nearest.

    Args:
        labelled: bytes and label of each picture; those that do not decode are left out.

    Raises:
        TuningError: there are fewer than two classes.
    """
    encoders = [encoder for encoder in (before, after) if encoder is not None]
    vectors: list[list[NDArray[np.float32]]] = [[] for _ in encoders]
    labels: list[str] = []
    held: list[Any] = []

    def encode() -> None:
        for found, encoder in zip(vectors, encoders, strict=True):
            found.append(encoder.encode_images(held))
        held.clear()

    for data, label in labelled:
        image = decode(data)
        if image is None:
            continue
        held.append(image)
        labels.append(label)
        if len(held) == PICTURES_AT_ONCE:
            encode()
    if held:
        encode()
    names, classes = np.unique(labels, return_inverse=True)
    if len(names) < 2:
        raise TuningError(
            "Without pictures that training saw the set for --zeroshot has "
            f"{count_things(len(names), 'class', 'classes')}, and needs two classes or more: give "
            "a folder with a folder for each class, or another source with labels."
        )
    phrases = [TEMPLATE.format(str(name).replace("_", " ")) for name in names]
    right = [
        (np.concatenate(found) @ encoder.encode_texts(phrases).T).argmax(1) == classes
        for found, encoder in zip(vectors, encoders, strict=True)
    ]
    return ZeroShot(right[0] if before is not None else None, right[-1], len(names))


def _spans(n: int) -> list[tuple[int, int]]:
    return [(at, min(at + PICTURES_AT_ONCE, n)) for at in range(0, n, PICTURES_AT_ONCE)]


def _in_parts(pictures: Pictures, numbers: NDArray[np.int64]) -> Iterable[bytes]:
    for at, end in _spans(len(numbers)):
        yield from pictures.read(numbers[at:end])


def decode(data: bytes) -> Any:
    """Return a picture, None where it does not decode."""
    try:
        return read_picture(data, needed=512).image
    except UnreadablePicture:
        return None
