"""An encoder with a similarity head behind it: pictures and phrases go through the same head."""

from collections.abc import Sequence

from PIL import Image

from encoder.guard import fail_in_a_sentence
from encoder.protocol import Encoder, Pixels, Vectors
from encoder.similarity import SimilarityHead


@fail_in_a_sentence
class TunedEncoder:
    """Encodes as another encoder does and moves what comes out into the tuned space."""

    def __init__(
        self, name: str, base: Encoder, head: SimilarityHead, fingerprint: str | None
    ) -> None:
        """Put a head behind an encoder.

        Args:
            name: `<encoder>+NAME`.
            base: the encoder the head was trained for.
            fingerprint: of base and head; made of theirs where it is not known yet.
        """
        self.name = name
        self._base = base
        self._head = head
        self._fingerprint = fingerprint

    @property
    def dim(self) -> int:
        """Length d of its vectors."""
        return self._head.dim

    @property
    def kind(self) -> str:
        """The kind of the model in front of the head."""
        return self._base.kind

    @property
    def fingerprint(self) -> str:
        """A digest of the model in front and of the head."""
        return self._fingerprint or f"{self._base.fingerprint}+{self._head.fingerprint}"

    @property
    def side(self) -> int:
        """How many pixels the shorter side of a picture should have at least."""
        return self._base.side

    @property
    def text_limit(self) -> int:
        """How many tokens of a phrase it reads."""
        return self._base.text_limit

    @property
    def logit_scale(self) -> float:
        """Factor that turns cosines into logits; the head was not trained to keep it exact."""
        return self._base.logit_scale

    @property
    def logit_bias(self) -> float:
        """Added to each logit."""
        return self._base.logit_bias

    @property
    def device(self) -> str:
        """Where pictures are encoded."""
        return self._base.device

    @property
    def batch(self) -> int:
        """How many pictures are encoded at once."""
        return self._base.batch

    @batch.setter
    def batch(self, pictures: int) -> None:
        self._base.batch = pictures

    def encode_images(self, images: Sequence[Image.Image]) -> Vectors:
        """Encode pictures to (n, d) float32 unit rows of the tuned space."""
        return self._head.apply(self._base.encode_images(images))

    def encode_texts(self, texts: Sequence[str]) -> Vectors:
        """Encode phrases to (n, d) float32 unit rows of the tuned space."""
        return self._head.apply(self._base.encode_texts(texts))

    def prepare(self, image: Image.Image) -> Pixels:
        """Resize and crop one picture to the model's input: (h, w, 3) uint8."""
        return self._base.prepare(image)

    def encode_prepared(self, pixels: Sequence[Pixels] | Pixels) -> Vectors:
        """Encode what `prepare` returned, (n, h, w, 3) uint8, to (n, d) unit rows."""
        return self._head.apply(self._base.encode_prepared(pixels))
