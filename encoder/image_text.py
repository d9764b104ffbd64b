"""Any model of transformers that brings pictures and text into one space: CLIP, SigLIP and more."""

import copy
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from encoder.checkpoint import read_checkpoint
from encoder.choice import folder_of
from encoder.errors import UnusableModel
from encoder.fingerprint import fingerprint_folder
from encoder.graph import Graph, Network
from encoder.guard import blame, fail_in_a_sentence
from encoder.phrases import Phrases
from encoder.preparation import Preparation
from encoder.protocol import Pixels, Vectors
from encoder.tower import Tower, features, read_logits
from encoder.vision import Vision, choose_device, choose_dtype, unit

SEES = ("vision_model", "visual_projection")  # a model's parts that only pictures go through
TEXTS = 256  # phrases encoded at once
LARGE = 10_000_000  # weights, from which half precision is quicker by enough to matter
NEAR = 0.999  # cosine that half precision must keep


@fail_in_a_sentence
class ImageTextEncoder:
    """A model, its tokenizer and its picture processor.

    Raises:
        ModelNotFound: no such model here, and the hub did not give one.
        UnusableModel: the name leads to a model of another kind, or a part is missing.
        BadDevice: the machine lacks the device.
    """

    def __init__(self, name: str, *, device: str | None = None) -> None:
        self.name = name
        where = choose_device(device)
        self.device = str(where)
        checkpoint = read_checkpoint(name)
        self.kind = str(checkpoint.model.config.model_type)
        self.logit_scale, self.logit_bias = read_logits(checkpoint.model)
        self._model = checkpoint.model.to(where)
        self.fingerprint = fingerprint_folder(folder_of(name) or Path(name))
        self._phrases = Phrases(checkpoint)
        self.text_limit = self._phrases.limit
        self._preparation = Preparation(name, checkpoint.processor)
        self.side = self._preparation.side
        self._vision = self._build_vision(where)
        self.dim = self._check_space()

    @property
    def batch(self) -> int:
        """How many pictures are encoded at once; halved where the device's memory ends."""
        return self._vision.batch

    @batch.setter
    def batch(self, pictures: int) -> None:
        self._vision.batch = pictures

    def prepare(self, image: Image.Image) -> Pixels:
        """Resize and crop as the model's own processor does: (h, w, 3) uint8."""
        return self._preparation.prepare(image)

    def encode_prepared(self, pixels: Sequence[Pixels] | Pixels) -> Vectors:
        """Encode n pictures from `prepare`, of one size or of several, to (n, d) unit rows."""
        vectors = np.zeros((len(pixels), self.dim), np.float32)
        if isinstance(pixels, np.ndarray) and len(pixels):
            return unit(self._vision.run(pixels))
        for rows in _group_by_shape(pixels):
            vectors[rows] = self._vision.run(np.stack([pixels[row] for row in rows]))
        return unit(vectors)

    def encode_images(self, images: Sequence[Image.Image]) -> Vectors:
        """Encode pictures of any mode and size to (n, d) float32 unit rows."""
        return self.encode_prepared([self.prepare(image) for image in images])

    def encode_texts(self, texts: Sequence[str]) -> Vectors:
        """Encode phrases to (n, d) float32 unit rows.

        Raises:
            EmptyText: a phrase holds no word.
            TextTooLong: a phrase has more tokens than the model reads.
        """
        parts = [self._read(texts[i : i + TEXTS]) for i in range(0, len(texts), TEXTS)]
        return np.concatenate(parts) if parts else np.zeros((0, self.dim), np.float32)

    @torch.inference_mode()
    def _read(self, texts: Sequence[str]) -> Vectors:
        tokens = self._phrases.tokenize(texts)
        inputs = {name: values.to(self.device) for name, values in tokens.items()}
        vectors = features(self._model.get_text_features(**inputs))
        return unit(vectors.float().cpu().numpy())

    def _build_vision(self, where: torch.device) -> Vision:
        """Put the model behind batches, in half precision where that is worth it.

        Phrases stay in full precision: they are few, and every ranking starts from one.
        """
        preparation = self._preparation
        tower = Tower(self._model, preparation.patch, is_fixed=preparation.is_fixed)

        def behind_batches(dtype: torch.dtype, network: Network) -> Vision:
            mean, std = preparation.mean.tolist(), preparation.std.tolist()
            return Vision(network, mean=mean, std=std, device=where, dtype=dtype)

        def try_one(dtype: torch.dtype) -> Vectors:
            noise = np.random.default_rng(0).integers(0, 256, (300, 400, 3), dtype=np.uint8)
            pixels = np.stack([self.prepare(Image.fromarray(noise))])
            return unit(behind_batches(dtype, tower).run(pixels))

        says = "it does not take its processor's pictures"
        with blame(lambda reason: UnusableModel(self.name, f"{says}: {reason}")):
            full = try_one(torch.float32)
        dtype = choose_dtype(where)
        parts = {part: getattr(self._model, part) for part in SEES if hasattr(self._model, part)}
        if dtype == torch.float32 or _count_weights(parts) < LARGE:
            dtype = torch.float32
        else:
            for part, module in parts.items():
                setattr(self._model, part, copy.deepcopy(module).to(dtype))
            if not float((try_one(dtype) * full).sum()) >= NEAR:  # nor where it is no number
                dtype = torch.float32
                for part, module in parts.items():
                    setattr(self._model, part, module)
        recordable = where.type == "cpu" and preparation.is_fixed
        return behind_batches(dtype, Graph(tower) if recordable else tower)

    def _check_space(self) -> int:
        """Return the vectors' length, the same for pictures and phrases."""
        seen = self._vision.run(np.stack([self.prepare(Image.new("RGB", (64, 64)))]))
        with blame(lambda reason: UnusableModel(self.name, f"it reads no text: {reason}")):
            read = self._read(["a"])
        if seen.ndim != 2 or seen.shape != read.shape:
            reason = f"its pictures have {seen.shape[1:]} numbers and its phrases {read.shape[1:]}"
            raise UnusableModel(self.name, reason)
        if not np.isfinite([seen, read]).all():
            raise UnusableModel(self.name, "its weights are damaged: its vectors are not finite")
        return int(seen.shape[1])


def _count_weights(parts: dict[str, torch.nn.Module]) -> int:
    return sum(weights.numel() for part in parts.values() for weights in part.parameters())


def _group_by_shape(pixels: Sequence[Pixels] | Pixels) -> list[list[int]]:
    groups: dict[tuple[int, ...], list[int]] = {}
    for row, picture in enumerate(pixels):
        groups.setdefault(picture.shape, []).append(row)
    return list(groups.values())
