"""Everything that can go wrong in storage, each with one sentence that names the remedy."""


class VecdbError(Exception):
    """Base of every error that vecdb raises on purpose."""


class BadDsn(VecdbError):
    """The connection string cannot be understood."""


class DirectoryOwned(VecdbError):
    """Another process, or another directory in this process, holds the embedded engine."""


class Unreachable(VecdbError):
    """The server did not answer, or stopped answering half way."""


class ShardDown(Unreachable):
    """A machine of the cluster that is needed did not answer."""


class Closed(VecdbError):
    """The database has been closed by this program."""


class AccessDenied(VecdbError):
    """The server refused the user, the password or the action."""


# Codes of ClickHouse for what may pass: timeouts, too many at once, memory, network, replicas.
TRANSIENT = {
    159, 160, 201, 202, 203, 209, 210, 225, 236, 241, 242, 252, 279, 285, 319, 439, 473, 999, 1000
}  # fmt: skip


class QueryFailed(VecdbError):
    """The engine answered a statement with an error.

    `code` and `name` are the engine's own, None and "" where it gave none.
    """

    def __init__(self, sentence: str, code: int | None = None, name: str = "") -> None:
        super().__init__(sentence)
        self.code = code
        self.name = name

    @property
    def transient(self) -> bool:
        """Whether the same statement may succeed later; an error without a code may."""
        return self.code is None or self.code in TRANSIENT


class DiskFull(QueryFailed):
    """The disk of the database takes no more: it is full, a quota has ended, or it is read-only."""


class SchemaTooNew(VecdbError):
    """The database was written by a later version of this program."""


class BadName(VecdbError):
    """A collection name that cannot be a table name."""


class UnknownCollection(VecdbError):
    """No collection of that name exists."""


class EncoderMismatch(VecdbError):
    """A collection holds vectors of another encoder or dimension."""


class BadVector(VecdbError):
    """A vector has the wrong dimension or length, or is not finite."""


class BadPhotos(VecdbError):
    """A table of photos lacks a column, or holds a value that cannot be stored."""


class BadValue(VecdbError):
    """A value that the database cannot hold: text that is not UTF-8, a number out of range."""


class BadCondition(VecdbError):
    """A condition on a column cannot be understood, or compares what has no order."""


class UnknownPhoto(VecdbError):
    """A photo id that the collection does not hold."""


class UnknownConcept(VecdbError):
    """A concept id that the database does not hold."""


class UnknownClasses(VecdbError):
    """An id of classes that the database does not hold."""


class StoreUnusable(VecdbError):
    """The store's directory cannot be opened, read or written."""


class IndexFailed(VecdbError):
    """The engine could not build a vector index."""


class NotFitted(VecdbError):
    """A concept without a classifier cannot be applied."""
