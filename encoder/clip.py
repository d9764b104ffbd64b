"""CLIP through transformers: any size, from the hub's cache, the hub, or a local folder."""

import threading
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from PIL import Image
from safetensors import SafetensorError
from transformers import AutoTokenizer, CLIPConfig, CLIPModel
from transformers.models.clip.image_processing_pil_clip import CLIPImageProcessorPil
from transformers.utils import logging as transformers_logging

from encoder.choice import hub_answers, is_local
from encoder.errors import EmptyText, ModelNotFound, NotClip, TextTooLong
from encoder.graph import Graph
from encoder.pixels import Window, to_rgb
from encoder.protocol import Pixels, Vectors
from encoder.vision import Vision, choose_device, choose_dtype, unit

HUB_TIMEOUT = 15.0
BYTES = 256  # every vocabulary of CLIP's kind holds at least these


class ClipEncoder:
    """A CLIP model, its tokenizer and its picture sizes.

    Raises:
        ModelNotFound: no such model here, and the hub did not give one.
        NotClip: the name leads to another kind of model.
        BadDevice: the machine lacks the device.
    """

    is_clip = True

    def __init__(self, name: str, *, device: str | None = None) -> None:
        self.name = name
        where = choose_device(device)
        dtype = choose_dtype(where)
        self.device = str(where)
        model, self._tokenizer, processor = _load(name)
        self.dim = int(model.config.projection_dim)
        self.logit_scale = float(model.logit_scale.detach().exp())
        # Phrases stay in full precision: they are few, and every ranking starts from one.
        model.to(where)
        model.vision_model.to(dtype)
        model.visual_projection.to(dtype)
        self._model = model
        self._limit = int(model.config.text_config.max_position_embeddings)
        self._window = _window(name, processor)
        tower = _Tower(model)
        self._vision = Vision(
            Graph(tower) if where.type == "cpu" else tower,
            mean=[255 * x for x in processor.image_mean],
            std=[255 * x for x in processor.image_std],
            device=where,
            dtype=dtype,
        )
        # Fast tokenizers refuse to be used by two threads at once.
        self._tokenizing = threading.Lock()

    @property
    def batch(self) -> int:
        """How many pictures are encoded at once; halved where the device's memory ends."""
        return self._vision.batch

    @batch.setter
    def batch(self, pictures: int) -> None:
        self._vision.batch = pictures

    def prepare(self, image: Image.Image) -> Pixels:
        """Resize and crop as the model's own processor does: (h, w, 3) uint8."""
        return self._window.cut(to_rgb(image))

    def encode_prepared(self, pixels: Pixels) -> Vectors:
        """Encode (n, h, w, 3) uint8 pictures to (n, d) float32 unit rows."""
        if len(pixels) == 0:
            return np.zeros((0, self.dim), np.float32)
        return unit(self._vision.run(pixels))

    def encode_images(self, images: Sequence[Image.Image]) -> Vectors:
        """Encode pictures of any mode and size to (n, d) float32 unit rows."""
        if not images:
            return np.zeros((0, self.dim), np.float32)
        return self.encode_prepared(np.stack([self.prepare(image) for image in images]))

    def encode_texts(self, texts: Sequence[str]) -> Vectors:
        """Encode phrases to (n, d) float32 unit rows.

        Raises:
            EmptyText: a phrase holds no word.
            TextTooLong: a phrase has more tokens than the model reads.
        """
        if not texts:
            return np.zeros((0, self.dim), np.float32)
        tokens = self._tokens(texts)
        with torch.inference_mode():
            vectors = _features(self._model.get_text_features(**tokens))
        return unit(vectors.float().cpu().numpy())

    def _tokens(self, texts: Sequence[str]) -> Any:
        if not all(text.strip() for text in texts):
            raise EmptyText
        with self._tokenizing:
            for text, ids in zip(
                texts, self._tokenizer(list(texts), verbose=False)["input_ids"], strict=True
            ):
                if len(ids) > self._limit:
                    raise TextTooLong(text, len(ids), self._limit)
            return self._tokenizer(
                list(texts), padding=True, verbose=False, return_tensors="pt"
            ).to(self.device)


class _Tower(torch.nn.Module):
    """The half of a CLIP that sees."""

    def __init__(self, model: Any) -> None:
        super().__init__()
        self._vision, self._projection = model.vision_model, model.visual_projection

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        """Compute (n, d) of (n, 3, h, w)."""
        projected: torch.Tensor = self._projection(self._vision(pixel_values=pixels).pooler_output)
        return projected


def _features(output: Any) -> torch.Tensor:
    """Return the projected features: a tensor, or since transformers 5 the pooler's output."""
    return output if isinstance(output, torch.Tensor) else output.pooler_output


def _load(name: str) -> tuple[Any, Any, Any]:
    local = is_local(name)
    if not local and not hub_answers(HUB_TIMEOUT, name):
        raise ModelNotFound(
            f"The model {name!r} is not on this machine and the model hub does not give it: check "
            "the name and the connection, or use the encoder `offline`."
        )
    transformers_logging.disable_progress_bar()
    try:
        config = CLIPConfig.get_config_dict(name, local_files_only=local)[0]
        if config.get("model_type") != "clip":
            raise NotClip(name, f"its config.json says {config.get('model_type')!r}")
        model = CLIPModel.from_pretrained(name, local_files_only=local).eval()
        tokenizer = AutoTokenizer.from_pretrained(name, local_files_only=local)
        processor = CLIPImageProcessorPil.from_pretrained(name, local_files_only=local)
    except (OSError, ValueError, KeyError, RuntimeError, SafetensorError) as error:
        raise NotClip(name, _first_line(error)) from error
    if not BYTES <= len(tokenizer) <= model.config.text_config.vocab_size:
        # Without its files a tokenizer loads all the same, and knows no words.
        raise NotClip(name, "its vocabulary is missing or is another model's")
    return model, tokenizer, processor


def _first_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0].rstrip(".")


def _window(name: str, processor: Any) -> Window:
    size, crop = processor.size, processor.crop_size
    resample = Image.Resampling(int(processor.resample))
    if not (processor.do_resize and processor.do_normalize and processor.do_rescale):
        raise NotClip(name, "its pictures are not resized and normalised as CLIP's are")
    if size.get("shortest_edge") and processor.do_center_crop:
        return Window(int(size["shortest_edge"]), crop["height"], crop["width"], resample)
    if size.get("height") and size.get("width"):
        return Window(None, size["height"], size["width"], resample)
    raise NotClip(name, f"its pictures have no fixed size: {dict(size)}")
