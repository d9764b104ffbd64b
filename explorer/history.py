"""Every answer of a concept as one value; undo and redo are read from it.

Every change of labels is one action. A plain action has a name of its own; taking it back appends
the labels that stood before it under `undo:<action>:<nonce>`, doing it again `redo:<action>:...`.
So the stacks can be rebuilt from the table at any time, also after a restart.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby, takewhile

from classifier.lazy import lazy
from explorer.settings import Settings
from vecdb import Concept, ConceptStore, Label
from vecdb.labels import group_votes, settle_votes

SURE = "sure?"
"""Reason of a tile that asks about an answer again, and of an answer that was taken back."""
EDIT = "edit"
"""Reason of an answer that was given outside of a page."""


class History:
    """Every label of a concept, oldest first, and what follows from them.

    Where several people answered, the majority of each one's latest answer counts, or the answers
    of one of them alone.
    """

    def __init__(self, rows: Sequence[Label] = (), judge: str | None = None) -> None:
        """Read labels.

        Args:
            rows: oldest first.
            judge: whose answers alone count; None counts everybody's.
        """
        self.rows = list(rows)
        self.judge = judge

    def __iter__(self) -> Iterator[Label]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def extend(self, rows: Sequence[Label]) -> "History":
        """Return the history with these labels after the others."""
        whole = History([*self.rows, *rows], self.judge)
        # What is known of the rows before is not worked out again.
        votes = group_votes(rows, self.votes)
        vars(whole)["votes"] = votes
        if self.judge is None:
            changed = {row.photo_id: settle_votes(votes[row.photo_id]) for row in rows}
            vars(whole)["latest"] = self.latest | changed
        return whole

    @lazy
    def votes(self) -> dict[str, list[Label]]:
        """The latest label of each person by photo, in the order of first judgement."""
        return group_votes(self.rows)

    @lazy
    def latest(self) -> dict[str, Label]:
        """The label of each photo that counts, in the order of first judgement."""
        if self.judge is None:
            return {photo: settle_votes(votes) for photo, votes in self.votes.items()}
        return {row.photo_id: row for row in self.rows if row.by == self.judge}

    def labels_by(self, person: str) -> dict[str, int]:
        """Return the photos that somebody calls a yes (1) or a no (-1)."""
        theirs = {row.photo_id: row.label for row in self.rows if row.by == person}
        return {photo: label for photo, label in theirs.items() if label}

    @lazy
    def answered(self) -> set[str]:
        """The photos that somebody calls a yes or a no, whoever's answers count."""
        return {row.photo_id for votes in self.votes.values() for row in votes if row.label}

    @lazy
    def people(self) -> list[str]:
        """Who has given an answer that stands, by name; the empty one is who gave none."""
        return sorted({row.by for votes in self.votes.values() for row in votes if row.label})

    @lazy
    def labels(self) -> dict[str, int]:
        """The label of each photo as it stands now; 0 where it was cleared or skipped."""
        return {photo: row.label for photo, row in self.latest.items()}

    @lazy
    def judged(self) -> dict[str, int]:
        """The photos that are a yes (1) or a no (-1)."""
        return {photo: row.label for photo, row in self.latest.items() if row.label}

    @property
    def yes(self) -> int:
        """How many photos are a yes."""
        return sum(label == 1 for label in self.judged.values())

    @property
    def no(self) -> int:
        """How many photos are a no."""
        return sum(label == -1 for label in self.judged.values())

    @lazy
    def asked_again(self) -> set[str]:
        """The photos whose answer the user was asked about a second time."""
        return {row.photo_id for row in self._second_answers}

    @lazy
    def slips(self) -> Counter[str]:
        """How many answers of each person were turned round by a second look that counts.

        Of several people's answers it is one's own that is turned round, where one had answered.
        """
        second = {id(row) for row in self._second_answers}
        votes: dict[str, list[Label]] = {}
        turned: Counter[str] = Counter()
        asked = (row for row in self.rows if row.photo_id in self.asked_again)
        for _, together in groupby(asked, key=lambda row: row.action):
            rows = list(together)
            before, votes = votes, group_votes(rows, votes)
            for row in (row for row in rows if id(row) in second and row.label):
                answers = self._counted(before.get(row.photo_id, []))
                own = [vote for vote in answers if vote.by == row.by and vote.label]
                stands = settle_votes(self._counted(votes[row.photo_id])).label == row.label
                if answers and stands:
                    first = own[-1] if own else settle_votes(answers)
                    if first.label == -row.label:
                        turned[first.by] += 1
        return turned

    def _counted(self, votes: Sequence[Label]) -> list[Label]:
        return [vote for vote in votes if self.judge in (None, vote.by)]

    @lazy
    def settled(self) -> set[str]:
        """The photos whose answer is what somebody says who looked at it a second time."""
        said = {(row.photo_id, row.by) for row in self._second_answers}
        return {
            photo
            for photo, by in said
            for vote in self.votes[photo]
            if vote.by == by and vote.label == self.labels.get(photo) != 0
        }

    @lazy
    def _second_answers(self) -> list[Label]:
        done = set(self.done)
        rows = [row for row in self.rows if row.reason == SURE and row.action in done]
        return [row for row in rows if self.judge in (None, row.by)]

    @lazy
    def _stacks(self) -> tuple[list[str], list[str]]:
        done: list[str] = []
        undone: list[str] = []
        for action in dict.fromkeys(row.action for row in self.rows):
            kind, _, rest = action.partition(":")
            target = rest.rpartition(":")[0]
            if kind == "undo" and target in done:
                done.remove(target)
                undone.append(target)
            elif kind == "redo" and target in undone:
                undone.remove(target)
                done.append(target)
            elif kind not in {"undo", "redo"}:
                done.append(action)
                undone.clear()
        return done, undone

    @property
    def done(self) -> list[str]:
        """The actions that can be undone, the latest last."""
        return self._stacks[0]

    @property
    def undone(self) -> list[str]:
        """The actions that can be done again, the one taken back last at the end."""
        return self._stacks[1]

    def before(self, action: str) -> "History":
        """Return the history as it stood before an action was made."""
        return History(list(takewhile(lambda row: row.action != action, self.rows)), self.judge)

    def take_back(self, made: Sequence[Label]) -> list[Label]:
        """Return the labels that stood before an action, of everybody who had answered its photos.

        All of them, because which one is the latest counts where as many say yes as no.

        Args:
            made: what the action wrote.
        """
        before = self.before(made[0].action).votes
        rows: dict[str, list[Label]] = {}
        for row in made:
            if all(vote.by != row.by for vote in before.get(row.photo_id, [])):
                rows.setdefault(row.photo_id, []).append(replace(row, label=0))
        photos = dict.fromkeys(row.photo_id for row in made)
        return [row for photo in photos for row in (*rows.get(photo, []), *before.get(photo, []))]

    def labels_of(self, action: str) -> list[Label]:
        """Return the labels that an action wrote."""
        return [row for row in self.rows if row.action == action]

    def last_answered(self) -> list[str]:
        """Return the photos judged by the latest action."""
        last = self.rows[-1].action if self.rows else ""
        return [row.photo_id for row in self.rows if row.label and row.action == last]

    def skipped_since(self, number: int) -> list[str]:
        """Return the photos shown in round `number` or later and left without a mark."""
        return [
            row.photo_id
            for row in self.latest.values()
            if row.label == 0 and row.round >= number and row.action.startswith("round:")
        ]

    def yes_by_round(self) -> list[int]:
        """Count the photos that are a yes by the round that made them one, from round 1.

        One that was asked about again and stayed a yes is no new match.
        """
        since: dict[str, int] = {}
        for row in self._counted(self.rows):
            if row.label == 1:
                since.setdefault(row.photo_id, row.round)
            else:
                since.pop(row.photo_id, None)
        rounds = [row.round for row in self.latest.values() if row.label]
        found = [
            since.get(photo, row.round) for photo, row in self.latest.items() if row.label == 1
        ]
        return [found.count(number) for number in range(1, max(rounds, default=0) + 1)]


def read_history(concepts: ConceptStore, concept: Concept) -> History:
    """Return the history of a concept; whose answers count is one of its settings."""
    return History(concepts.history(concept.id), Settings.read(concept.settings).judge)
