"""Pictures and text to unit vectors: CLIP, or the offline encoder."""

from encoder.choice import DEFAULT, OFFLINE, default_encoder_name, hub_answers
from encoder.errors import EmptyText, EncoderError, ModelNotFound, NotClip, TextTooLong
from encoder.load import load_encoder
from encoder.protocol import Encoder

__all__ = [
    "DEFAULT",
    "OFFLINE",
    "EmptyText",
    "Encoder",
    "EncoderError",
    "ModelNotFound",
    "NotClip",
    "TextTooLong",
    "default_encoder_name",
    "hub_answers",
    "load_encoder",
]
