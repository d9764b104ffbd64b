"""Storage: connections, tables, index and queries; the LMDB store of thumbnails and vectors."""

import commandline.limits  # noqa: F401  # before numpy and its kind
from vecdb.class_sets import ClassCorrection, ClassSet, ClassSetStore
from vecdb.collection import Collection
from vecdb.concept import Concept
from vecdb.concepts import ConceptStore
from vecdb.condition import Condition, parse_condition
from vecdb.database import CollectionInfo, Database, connect
from vecdb.errors import VecdbError
from vecdb.filter import Filter
from vecdb.heads import LinearHead, PlainHead
from vecdb.hits import Hits
from vecdb.index import IndexStatus
from vecdb.ingest_failures import Failure, FailureStore
from vecdb.labels import Label, LabelCounts
from vecdb.maps import Layout, MapStore
from vecdb.moments import Moments, PhotosExtent
from vecdb.numbers import photo_number
from vecdb.scores import CountedTogether, Place, Scored, ScoredTogether
from vecdb.search import Scope
from vecdb.statements import default_table
from vecdb.store import Store

__all__ = [
    "ClassCorrection",
    "ClassSet",
    "ClassSetStore",
    "Collection",
    "CollectionInfo",
    "Concept",
    "ConceptStore",
    "Condition",
    "CountedTogether",
    "Database",
    "Failure",
    "FailureStore",
    "Filter",
    "Hits",
    "IndexStatus",
    "Label",
    "LabelCounts",
    "Layout",
    "LinearHead",
    "MapStore",
    "Moments",
    "PhotosExtent",
    "Place",
    "PlainHead",
    "Scope",
    "Scored",
    "ScoredTogether",
    "Store",
    "VecdbError",
    "connect",
    "default_table",
    "parse_condition",
    "photo_number",
]
