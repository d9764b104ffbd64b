"""The collection that an ingest fills, opened or made; that of another encoder is refused."""

from encoder import (
    clean_name,
    default_encoder_name,
    fingerprint_encoder,
    is_local,
    load_encoder,
)
from ingest.errors import SourceError
from ingest.vector_length import find_length
from ingest.vectors import VectorSource
from vecdb import Collection, Database
from vecdb.derived import source_of
from vecdb.errors import UnknownCollection
from vecdb.statements import check_table_name

_INSTEAD = ", or read the pictures instead with --vector-column none"


def open_collection(
    database: Database, table: str, encoder: str | None, device: str | None
) -> Collection:
    """Return the collection that takes pictures, made where there is none.

    Args:
        encoder: by name; the collection's own by default, for a new one the environment's. It is
            loaded only where a new one needs its dimension.
        device: of the encoder; the best the machine has by default.

    Raises:
        SourceError: the collection holds what another holds.
        EncoderError: the encoder cannot be loaded.
        VecdbError: the collection holds vectors of another one.
    """
    encoder = clean_name(encoder or "")
    _refuse_derived(database, table)
    try:
        found = database.collection(table)
    except UnknownCollection:
        check_table_name(table)  # before a model is loaded
        loaded = load_encoder(encoder or default_encoder_name(), device=device)
        return database.create_collection(table, loaded.name, loaded.dim, loaded.fingerprint)
    if not encoder and found.fingerprint:
        return found
    name = encoder or clean_name(found.encoder)
    fingerprint = fingerprint_encoder(name)
    if not found.fingerprint and clean_name(found.encoder) == name:
        database.set_encoder(found, name, fingerprint)
    database.create_collection(table, name, found.dim, fingerprint)
    if name != found.encoder and not is_local(found.encoder):
        database.set_encoder(found, name, fingerprint)  # the model was moved
    return found


def open_vector_collection(
    database: Database,
    table: str,
    encoder: str | None,
    vectors: VectorSource,
    usual: str | None = None,
) -> Collection:
    """Return the collection that takes vectors of an encoder that is known by its name alone.

    Args:
        usual: the encoder that ENCODER names: of a new collection, where none is named. It need not
            be what made these vectors, so it lets none into a collection of pictures.

    Raises:
        SourceError: the collection holds what another holds, nobody says which encoder it is, or
            they were made by another one, as their length or a collection of pictures may tell.
        VecdbError: the collection holds vectors of another one.
    """
    _refuse_derived(database, table)
    check_table_name(table)
    name, fingerprint = clean_name(encoder) if encoder else "", ""
    if plan := vectors.plan:
        if name and not plan.is_of(name, fingerprint_encoder(name)):
            raise SourceError(
                f"These vectors were made by the encoder {plan.encoder}, not by {name}: leave "
                "--encoder out, or embed the source again with it."
            )
        name, fingerprint = name or plan.encoder, plan.fingerprint
    try:
        held = database.collection(table)
    except UnknownCollection:
        name = name or clean_name(usual or "")
        if not name:
            raise SourceError(
                "These photos have their vectors already: say which encoder made them with "
                f"--encoder, for a query is only understood by the same one{_INSTEAD}."
            ) from None
    else:
        doubt = "was made of pictures" if held.fingerprint else ""
        if usual and clean_name(usual) != held.encoder:
            doubt = f"holds those of {held.encoder} while ENCODER is {usual}"
        if doubt and not name:
            raise SourceError(
                f"These photos have their vectors already, and {table} {doubt}: say which encoder "
                f"made them with --encoder{_INSTEAD}."
            )
        name = name or held.encoder
    if not plan:
        _check_length(database, table, name, vectors.dim)
    return database.create_collection(table, name, vectors.dim, fingerprint)


def _check_length(database: Database, table: str, encoder: str, dim: int) -> None:
    """Refuse vectors of another length than the encoder's; another encoder is refused later.

    Raises:
        SourceError: the lengths differ.
    """
    held = next((info for info in database.collections() if info.name == table), None)
    length = find_length(encoder) if held is None else held.dim
    if length not in {None, dim} and (held is None or held.encoder == encoder):
        raise SourceError(
            f"These vectors have {dim} numbers each, and those of the encoder {encoder} have "
            f"{length}: name the encoder that made them with --encoder, another column of them "
            f"with --vector-column{_INSTEAD}."
        )


def _refuse_derived(database: Database, table: str) -> None:
    """Refuse a collection that holds what another holds, and would lose what is put into it."""
    encoders = {info.name: info.encoder for info in database.collections()}
    origin = source_of(table, encoders.get(table, ""))
    if origin and origin[0] in encoders:
        raise SourceError(
            f"{table} holds the photos of {origin[0]} behind a head: ingest into {origin[0]}, and "
            f"they come to {table} as well."
        )
