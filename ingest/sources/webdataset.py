"""Photos from webdataset tars, also of those whose files are in no order."""

from collections.abc import Iterator
from pathlib import Path

from encoder.pictures import HEAD
from ingest.errors import DamagedSource
from ingest.photo import Photo, id_of_path
from ingest.sources.kinds import TAR_ENDING, begins_as_picture, has_picture_ending
from ingest.sources.left_out import Exclusion, LeaveOut, keep_silent, system_kind
from ingest.sources.names import SPLITS
from ingest.sources.places import folder_label
from ingest.sources.samples import Sample, ending_of, key_of, stem_of
from ingest.sources.sidecars import LARGEST, describe, is_sidecar
from ingest.sources.tars import Member, members

ADDRESSES = ("photo_image_url", "image_url", "url")
MOST_HELD = 16  # pictures of one sample that wait for its texts


class Shard:
    """The photos of one tar.

    Args:
        exclusion: of paths in it.
        leave_out: takes the kind of each file that is neither a picture nor says something of one.
    """

    def __init__(self, path: Path, exclusion: Exclusion, leave_out: LeaveOut) -> None:
        self._path = path
        self._exclusion = exclusion
        self._leave_out = leave_out
        self._within = TAR_ENDING.sub("", str(path.absolute()))
        self._tops: set[str] = set()  # the folders that all of it lies in, two of them at most

    def __iter__(self) -> Iterator[Photo]:
        """Yield the photos in the tar's order.

        Raises:
            DamagedSource: after the last whole sample, where the tar is damaged or breaks off.
        """
        scattered = self._read_scattered()
        key, sample, held = "", Sample(), list[tuple[str, bytes]]()
        broken: DamagedSource | None = None
        try:
            for member in self._members(self._leave_out):
                if key_of(member.name) != key or key in scattered:
                    yield from self._photos(sample, held)
                    if key not in scattered:
                        self._count(sample)
                    key, held = key_of(member.name), []
                    sample = scattered.get(key) or Sample()
                picture = self._read(member, sample, is_noted=key in scattered)
                if picture is not None:
                    held.append((member.name, picture))
        except DamagedSource as error:
            broken = error
        yield from self._photos(sample, held)
        for left in [*scattered.values(), *([] if key in scattered else [sample])]:
            self._count(left)
        if broken:
            raise broken

    def _read_scattered(self) -> dict[str, Sample]:
        """Read the texts of samples whose files lie apart, or are too many to be held."""
        closed: set[int] = set()
        scattered: dict[str, Sample] = {}
        key, pictures = "", 0
        try:
            for member in self._members(keep_silent):
                if len(self._tops) < 2:
                    self._tops.add(id_of_path(member.name).partition("/")[0])
                if key_of(member.name) != key:
                    closed.add(hash(key))
                    key, pictures = key_of(member.name), 0
                pictures += not is_sidecar(ending_of(member.name))
                if hash(key) in closed or pictures > MOST_HELD:
                    scattered[key] = Sample()
            for member in self._members(keep_silent) if scattered else ():
                if key_of(member.name) in scattered:
                    self._note(member, scattered[key_of(member.name)])
        except DamagedSource:
            pass  # raised again when the photos are read
        return scattered

    def _members(self, leave_out: LeaveOut) -> Iterator[Member]:
        for member in members(self._path, leave_out):
            names = [name for name in member.name.split("/") if name not in {"", ".", ".."}]
            kind = next(filter(None, map(system_kind, names)), None)
            if kind is None and self._exclusion.matches_within("/".join(names)):
                kind = "excluded"
            if kind:
                leave_out(kind)
            else:
                yield member

    def _note(self, member: Member, sample: Sample) -> None:
        """Keep a text, or the name of a picture."""
        ending = ending_of(member.name)
        if not is_sidecar(ending):
            if has_picture_ending(member.name) or begins_as_picture(member.read(HEAD)):
                sample.stems.add(stem_of(member.name))
        elif member.size <= LARGEST:
            part = (ending, member.read())
            sample.texts.setdefault(stem_of(member.name), []).append(part)

    def _read(self, member: Member, sample: Sample, *, is_noted: bool) -> bytes | None:
        """Return a picture; keep a text in its sample; count what is neither."""
        ending = ending_of(member.name)
        if is_sidecar(ending):
            if member.size > LARGEST:
                self._leave_out(f"large {ending}")
            elif not is_noted:
                self._note(member, sample)
            return None
        head = member.read(HEAD)
        if not has_picture_ending(member.name) and not begins_as_picture(head):
            self._leave_out(ending or "without ending")
            return None
        sample.stems.add(stem_of(member.name))
        return head + member.read()

    def _photos(self, sample: Sample, held: list[tuple[str, bytes]]) -> Iterator[Photo]:
        for name, picture in held:
            if sample.is_companion(name):
                last = stem_of(name).rpartition(".")[2].lower()
                self._leave_out(f".{last}{ending_of(name)}")
            else:
                yield self._photo(name, sample, picture)

    def _count(self, sample: Sample) -> None:
        if sample.lacks_picture:
            self._leave_out("sample without a picture")

    def _photo(self, name: str, sample: Sample, picture: bytes) -> Photo:
        stem = stem_of(name)
        photo_id = id_of_path(stem)
        # The very same name again, as `tar -r` leaves it, is no other picture unless its bytes are.
        if sample.given.setdefault(photo_id, name) != name:
            photo_id = id_of_path(name)
            sample.given.setdefault(photo_id, name)
        metadata, extra, captions = describe(
            sample.fields(stem), sample.about(stem), self._leave_out
        )
        path = id_of_path(name)
        # Of the one folder that all of an archive lies in, the name says nothing.
        label = folder_label(path if len(self._tops) > 1 else path.partition("/")[2])
        if label and label.lower() not in SPLITS:
            metadata.setdefault("label", label)
        address = next((str(extra[n]) for n in ADDRESSES if "://" in str(extra.get(n))), "")
        return Photo(
            photo_id,
            address,
            metadata,
            {name: value for name, value in extra.items() if not address or value != address},
            picture,
            within=self._within,
            named_by=str(self._path.absolute()),
            former=(stem,) if stem != photo_id else (),
            captions=captions,
        )
