"""Which pictures teach, which choose the best epoch and which only measure."""

import hashlib
import re
from collections.abc import Sequence

PARTS = TRAIN, VAL, TEST = "train", "val", "test"
WORDS = {
    **dict.fromkeys(("train", "training", "restval"), TRAIN),
    **dict.fromkeys(("val", "valid", "validation", "dev"), VAL),
    **dict.fromkeys(("test", "testing"), TEST),
}
YEAR = re.compile(r"(?<=[a-z])[_-]?\d+$")  # train2017
SHARE = 0.1  # of the pictures for each of val and test


def split_pictures(digests: Sequence[str], given: Sequence[str]) -> list[str]:
    """Return train, val or test for each picture; the same picture always falls alike.

    What the source says counts; a word that is none of WORDS stays, and the picture is for none of
    the three. Where it holds nothing out, a tenth of what is left to learn from
    is, by the pictures' digests: a picture of few keeps its part when more are added.

    Args:
        digests: of the pictures, each another.
        given: what the source says of each, in its own word; empty where it says nothing.
    """
    words = [word.strip().lower() for word in given]
    parts = [WORDS.get(YEAR.sub("", word), word) or TRAIN for word in words]
    order = sorted(range(len(digests)), key=lambda row: _place(digests[row]))
    wanted = max(1, round(SHARE * len(digests)))
    for part in (TEST, VAL):
        if part not in parts:
            free = [row for row in order if parts[row] == TRAIN]
            for row in free[: min(wanted, len(free) - 1)]:
                parts[row] = part
    return parts


def _place(digest: str) -> str:
    # Not the digest itself: a source may be in that order.
    return hashlib.sha256(b"split " + digest.encode()).hexdigest()
