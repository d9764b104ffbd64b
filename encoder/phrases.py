"""Phrases to the token numbers that a model's text side reads."""

import threading
from collections.abc import Sequence
from inspect import signature
from typing import Any

from encoder.checkpoint import Checkpoint
from encoder.errors import EmptyText, TextTooLong


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

    def tokenize(self, texts: Sequence[str]) -> dict[str, Any]:
        """Return the text side's inputs, each an (n, tokens) tensor.

        Raises:
            EmptyText: a phrase holds no word.
            TextTooLong: a phrase has more tokens than the model reads.
        """
        if not all(text.strip() for text in texts):
            raise EmptyText
        with self._tokenizing:
            for text, ids in zip(
                texts, self._tokenizer(list(texts), verbose=False)["input_ids"], strict=True
            ):
                if len(ids) > self.limit:
                    raise TextTooLong(text, len(ids), self.limit)
            tokens = self._tokenizer(
                list(texts),
                padding=self._padding,
                max_length=self.limit,
                truncation=True,  # of nothing: without it the length to pad to would be ignored
                verbose=False,
                return_tensors="pt",
            )
        return {name: values for name, values in tokens.items() if name in self._takes}


def _count_positions(model: Any) -> int:
    config = getattr(model.config, "text_config", model.config)
    positions = int(getattr(config, "max_position_embeddings", 1 << 30))
    # RoBERTa's kind counts its positions from behind the padding token's number.
    for module in getattr(model, "text_model", model).modules():
        if hasattr(module, "position_embeddings") and hasattr(module, "padding_idx"):
            return positions - int(module.padding_idx) - 1
    return positions
