"""What can go wrong between a picture or a phrase and its vector."""

from commandline.words import count_things


class EncoderError(Exception):
    """An encoder cannot do what was asked; the message names the thing and the remedy."""


class BadSetting(EncoderError, ValueError):
    """A setting of the environment cannot be meant."""


class EmptyText(EncoderError):
    """A phrase holds nothing to encode."""

    def __init__(self) -> None:
        super().__init__("The phrase is empty: type what the pictures should show.")


class BrokenText(EncoderError):
    """A phrase is not Unicode."""

    def __init__(self, text: str) -> None:
        super().__init__(f"The phrase {text[:60]!r} is no text: type it anew, in UTF-8.")


class TextTooLong(EncoderError):
    """A phrase has more tokens than the model reads."""

    def __init__(self, text: str, tokens: int, limit: int) -> None:
        shown = text if len(text) <= 60 else text[:57] + "..."
        super().__init__(
            f"The phrase {shown!r} is {tokens} tokens long and the model reads {limit}: shorten it "
            f"by about {count_things(tokens - limit, 'word')}."
        )


class ModelNotFound(EncoderError):
    """There is no such model here and none could be fetched."""


class UnusableModel(EncoderError):
    """A model does not bring pictures and text into one space, or lacks a part."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(
            f"{name} is not a usable image-text model ({reason}): give the folder or the hub name "
            "of a CLIP, SigLIP or the like, for example openai/clip-vit-base-patch32, or `offline`."
        )


class UnusableBackbone(EncoderError):
    """A model cannot be one half of an image-text model."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(
            f"{name} cannot be a tower ({reason}): give the folder or the hub name of a vision or "
            "a text model of transformers, with its picture processor or its tokenizer."
        )


class OtherWeights(EncoderError):
    """An encoder is not the one that made a collection's vectors, though it has its name."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"The vectors were made by other weights or settings than {name} holds now: put the "
            "old ones back, or make new vectors with `python -m explorer encode`."
        )


class BadDevice(EncoderError):
    """The machine lacks the device that was asked for."""
