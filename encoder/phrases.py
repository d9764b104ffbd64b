"""Phrases to the token numbers that a model's text side reads."""

import threading
from collections.abc import Sequence
from inspect import signature
from typing import Any

import numpy as np
from numpy.typing import NDArray

from encoder.checkpoint import Checkpoint
from encoder.errors import TextTooLong
from encoder.texts import check_texts


class Phrases:
    """A model's tokenizer, with the model's own length and padding.

    Args:
        checkpoint: whose tokenizer it is.
    """

    def __init__(self, checkpoint: Checkpoint) -> None:
        self._tokenizer = checkpoint.tokenizer
        settings = checkpoint.text_settings
        self.limit = min(
            _count_positions(checkpoint.model),
            settings.get("max_length") or checkpoint.tokenizer.model_max_length,
            checkpoint.tokenizer.model_max_length,
        )
        self._padding = settings.get("padding", True)
        self._takes = set(signature(checkpoint.model.get_text_features).parameters)
        # Fast tokenizers refuse to be used by two threads at once.
        self._tokenizing = threading.Lock()

    def find_long(self, texts: Sequence[str]) -> NDArray[np.bool_]:
        """Tell of n texts which have more tokens than the model reads: (n,) bool."""
        with self._tokenizing:
            tokens = self._tokenizer(list(texts), verbose=False)["input_ids"]
        return np.array([len(ids) > self.limit for ids in tokens], bool)

    def tokenize(self, texts: Sequence[str], *, cut: bool = False) -> dict[str, Any]:
        """Return the text side's inputs, each an (n, tokens) tensor.

        Args:
            cut: take the beginning of a text that is too long instead of refusing it.

        Raises:
            EmptyText: a phrase holds no word.
            BrokenText: a phrase is not Unicode.
            TextTooLong: a phrase has more tokens than the model reads.
        """
        check_texts(texts)
        with self._tokenizing:
            if not cut:
                self._refuse_long(texts)
            tokens = self._tokenizer(
                list(texts),
                padding=self._padding,
                max_length=self.limit,
                truncation=True,  # also of nothing: without it the length to pad to is ignored
                verbose=False,
                return_tensors="pt",
            )
        return {name: values for name, values in tokens.items() if name in self._takes}

    def _refuse_long(self, texts: Sequence[str]) -> None:
        found = self._tokenizer(list(texts), verbose=False)["input_ids"]
        for text, ids in zip(texts, found, strict=True):
            if len(ids) > self.limit:
                raise TextTooLong(text, len(ids), self.limit)


def _count_positions(model: Any) -> int:
    config = getattr(model.config, "text_config", model.config)
    positions = int(getattr(config, "max_position_embeddings", 1 << 30))
    # RoBERTa's kind counts its positions from behind the padding token's number.
    for module in getattr(model, "text_model", model).modules():
        if hasattr(module, "position_embeddings") and hasattr(module, "padding_idx"):
            return positions - int(module.padding_idx) - 1
    return positions
