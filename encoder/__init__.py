"""Pictures and text to unit vectors: any image-text model of transformers, or the offline one."""

import commandline.limits  # noqa: F401  # before numpy and its kind
from encoder.choice import DEFAULT, OFFLINE, clean_name, default_encoder_name, hub_answers, is_local
from encoder.errors import (
    EmptyText,
    EncoderError,
    ModelNotFound,
    OtherWeights,
    TextTooLong,
    UnusableModel,
)
from encoder.load import fingerprint_encoder, load_encoder, load_known_encoder
from encoder.nouns import digest_of_nouns, mean_of_nouns, share_of_nouns
from encoder.protocol import Encoder

__all__ = [
    "DEFAULT",
    "OFFLINE",
    "EmptyText",
    "Encoder",
    "EncoderError",
    "ModelNotFound",
    "OtherWeights",
    "TextTooLong",
    "UnusableModel",
    "clean_name",
    "default_encoder_name",
    "digest_of_nouns",
    "fingerprint_encoder",
    "hub_answers",
    "is_local",
    "load_encoder",
    "load_known_encoder",
    "mean_of_nouns",
    "share_of_nouns",
]
