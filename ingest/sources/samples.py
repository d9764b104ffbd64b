"""Which files of a webdataset belong together, and which texts are about which picture.

A file's name up to the first dot of its last part is its sample's key, as webdataset has it; a
picture's own name, less its ending, is its photo's id. So names with dots are photos of their own,
and share the captions that their sample has for all.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from ingest.sources.kinds import has_picture_ending
from ingest.sources.names import COMPANIONS, is_known
from ingest.sources.sidecars import JSON, text_of

ABOUT_ALL = {"meta", "metadata", "info"}  # 0001.meta.json is about 0001.rgb.jpg
MOST_TEXTS = 100  # searched for those named after a picture


@dataclass
class Sample:
    """What is known of one key.

    Attributes:
        texts: (ending, content) of its texts, by their names without ending.
        stems: names of its pictures, without their endings.
        given: ids its photos have, and the names of their files.
    """

    texts: dict[str, list[tuple[str, bytes]]] = field(default_factory=dict)
    stems: set[str] = field(default_factory=set)
    given: dict[str, str] = field(default_factory=dict)

    @property
    def lacks_picture(self) -> bool:
        """Whether there are texts about no picture."""
        return bool(self.texts) and not self.stems

    def is_companion(self, name: str) -> bool:
        """Tell whether a picture says something of another one, as a mask does."""
        stem = stem_of(name)
        before, _, last = stem.rpartition(".")
        if last.lower() not in COMPANIONS:
            return False
        others = (other.rpartition(".")[2].lower() for other in self.stems if other != stem)
        return before in self.stems or any(other not in COMPANIONS for other in others)

    def about(self, stem: str) -> list[tuple[str, bytes]]:
        """Return the texts about a picture: what holds for its whole sample first."""
        names = [stem]
        while "." in names[0].rpartition("/")[2]:
            names.insert(0, names[0].rpartition(".")[0])
        parts = [part for name in names for part in self.texts.get(name, ())]
        return parts + [part for rest, part in self._after(stem) if _is_whole(rest, part)]

    def fields(self, stem: str) -> dict[str, str]:
        """Return the texts named after a picture, by the rest of their names: 0001.prompt.txt."""
        return {
            name: text_of(content)
            for name, (ending, content) in self._after(stem)
            if not _is_whole(name, (ending, content))
        }

    def _after(self, stem: str) -> Iterator[tuple[str, tuple[str, bytes]]]:
        if len(self.texts) > MOST_TEXTS:
            return
        for name, parts in self.texts.items():
            rest = name.removeprefix(stem + ".")
            if rest == name and self._is_about_all(name, stem):
                rest = name.removeprefix(key_of(stem) + ".")
            if rest != name and name not in self.stems:
                for part in parts:
                    yield rest, part

    def _is_about_all(self, name: str, stem: str) -> bool:
        """Tell whether a text is named after the sample, and after no picture of it."""
        rest = name.removeprefix(key_of(stem) + ".")
        if rest == name or not (is_known(rest) or rest.lower() in ABOUT_ALL):
            return False
        return not any(name.startswith(other + ".") for other in self.stems)


def _is_whole(rest: str, part: tuple[str, bytes]) -> bool:
    """Tell whether a text after a picture's name is about it: 0001.meta.json, 0001.jpg.txt."""
    return part[0] in JSON or has_picture_ending(f"a.{rest}")


def key_of(name: str) -> str:
    """Return the key of the sample that a file belongs to."""
    above, slash, last = name.rpartition("/")
    return above + slash + last.partition(".")[0]


def stem_of(name: str) -> str:
    """Return a file's path without its ending."""
    above, slash, last = name.rpartition("/")
    return above + slash + (last.rpartition(".")[0] or last)


def ending_of(name: str) -> str:
    """Return a file's ending in lower case, with its dot; empty where it has none."""
    last = name.rpartition("/")[2]
    return "." + last.rpartition(".")[2].lower() if "." in last else ""
