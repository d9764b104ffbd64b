"""Train an image-text model until pictures held out find their captions no better."""

import math
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn.functional import normalize

from commandline.words import count_things
from encoder.guard import lacks_memory
from tuning.captions.dataset import Pictures
from tuning.captions.split import TRAIN, VAL
from tuning.errors import LossDiverged, TuningError
from tuning.models.checkpoints import BEST, STATE, Checkpoints
from tuning.models.learner import Learner, autocast, rank_part
from tuning.models.loss import SOFT, soft_loss, symmetric_loss
from tuning.models.settings import Settings
from tuning.models.texts import Texts

LONGEST_NORM = 1.0  # of a step's gradients
SHARE_OF_CHECKPOINTS = 0.05  # of the time that they may take


@dataclass(frozen=True)
class Epoch:
    """How training stands after an epoch; epoch 0 is what it began with.

    Attributes:
        number: of the epoch.
        loss: mean of its pictures; 0 for epoch 0.
        recall: mean of recall@1, 5 and 10 both ways, on the pictures that choose.
        best: number of the best epoch so far.
    """

    number: int
    loss: float
    recall: float
    best: int


@dataclass(frozen=True)
class Step:
    """Where an epoch is: pictures done of all, the loss and the rate of the last step."""

    epoch: int
    done: int
    of: int
    loss: float
    rate: float


@dataclass
class _State:
    """Everything that the next step depends on, beside the weights."""

    epoch: int
    done: int
    loss_sum: float
    seen: int
    batch: int
    history: list[Epoch]


class Training:
    """One training: a learner, its data, and where it has come to.

    Attributes:
        history: of the epochs so far.
        ended: why it ended.
        batch: pictures of a batch; halved where memory ended.
    """

    def __init__(
        self,
        learner: Learner,
        pictures: Pictures,
        texts: Texts,
        settings: Settings,
        checkpoints: Checkpoints,
        *,
        dtype: torch.dtype = torch.float32,
        progress: Callable[[Epoch], None] = lambda epoch: None,
        step: Callable[[Step], None] = lambda step: None,
        tell: Callable[[str], None] = lambda sentence: None,
        stop: threading.Event | None = None,
    ) -> None:
        """Prepare a training, or go on with the one that the checkpoints hold.

        Args:
            dtype: of mixed precision; float32 is none.
            progress: called after each epoch, 0 included.
            step: called after each step.
            tell: takes a sentence about something that changed on the way.
            stop: set it from elsewhere, and the best epoch so far is kept.

        Raises:
            TuningError: a checkpoint cannot be read.
        """
        self._learner, self._texts, self._settings = learner, texts, settings
        self._train, self._val = pictures.numbers(TRAIN), pictures.numbers(VAL)
        self._checkpoints, self._dtype = checkpoints, dtype
        self._progress, self._step, self._tell, self._stop = progress, step, tell, stop
        torch.manual_seed(settings.seed)
        self._optimiser = torch.optim.AdamW(learner.groups(settings), weight_decay=settings.decay)
        self._rates = [group["lr"] for group in self._optimiser.param_groups]
        self._scaler = torch.amp.GradScaler(learner.device.type, enabled=dtype == torch.float16)
        self._state = _State(0, 0, 0.0, 0, settings.batch, [])
        self.ended = "all epochs were run"
        self._saved_at, self._saving = time.monotonic(), 0.0
        kept, best = checkpoints.read(), checkpoints.read_best()
        if kept:
            # Both now: a best epoch that cannot be read is found before the training, not after.
            with checkpoints.blame_damage(BEST):
                learner.module().load_state_dict(best or {})
            with checkpoints.blame_damage(STATE):
                self._restore(kept)

    @property
    def history(self) -> list[Epoch]:
        """The epochs so far."""
        return self._state.history

    @property
    def batch(self) -> int:
        """Pictures of a batch."""
        return self._state.batch

    def run(self) -> None:
        """Train; the learner has the best epoch's weights then.

        Raises:
            LossDiverged: the loss was lost before any epoch was better than the first.
            TuningError: a checkpoint cannot be written, or memory does not hold two pictures.
        """
        if not self.history:
            self._end_epoch(0.0)
        for epoch in self.history:
            self._progress(epoch)
        while self._state.epoch <= self._settings.epochs and not self._is_over():
            loss = self._run_epoch()
            if self._stop is not None and self._stop.is_set():
                self.ended = "it was stopped"
                break
            if math.isnan(loss):
                self._end_diverged()
                break
            self._end_epoch(loss)
            self._progress(self.history[-1])
        best = self._checkpoints.read_best()
        assert best is not None, "epoch 0 is kept at the latest"
        self._learner.module().load_state_dict(best)

    def score(self) -> float:
        """Return the mean recall on the pictures that choose, with the weights as they are."""
        ranks = rank_part(self._learner, self._texts, self._val, self.batch, self._dtype)
        return ranks.mean

    def _is_over(self) -> bool:
        last = self.history[-1]
        if last.number - last.best < self._settings.patience:
            return False
        self.ended = f"{self._settings.patience} epochs in a row were no better"
        return True

    def _end_diverged(self) -> None:
        rate = self._settings.rate
        self.ended = (
            f"the loss became infinite in epoch {self._state.epoch}: the rate {rate:g} was too high"
        )
        if self.history[-1].best == 0:
            raise LossDiverged(
                f"The loss became infinite in epoch {self._state.epoch}, before anything was "
                f"learnt: the rate {rate:g} is too high, give a lower --rate."
            )

    def _end_epoch(self, loss: float) -> None:
        state, recall = self._state, self.score()
        best = self.history[self.history[-1].best] if self.history else None
        if best is None or recall > best.recall:
            self._checkpoints.write_best(self._learner.module().state_dict())
            number = state.epoch
        else:
            number = best.number
        state.history.append(Epoch(state.epoch, loss, recall, number))
        state.epoch, state.done, state.loss_sum, state.seen = state.epoch + 1, 0, 0.0, 0
        self._save()

    def _run_epoch(self) -> float:
        """Go through the pictures that teach, on from where the state is.

        Returns:
            The mean loss, NaN where it is lost.
        """
        state, settings = self._state, self._settings
        random = np.random.default_rng([settings.seed, state.epoch])
        order = random.permutation(self._train)
        drawn = self._texts.draw(state.epoch - 1)
        self._learner.prepare_to_learn()
        while state.done < len(order):
            try:
                for numbers, batch in self._learner.batches(order[state.done :], state.batch):
                    if len(numbers) > 1 and math.isnan(self._learn(numbers, batch, drawn)):
                        return math.nan
                    state.done = min(state.done + state.batch, len(order))
                    self._save_when_due()
                    if self._stop is not None and self._stop.is_set():
                        return math.nan
            except (torch.OutOfMemoryError, MemoryError, RuntimeError) as error:
                self._halve(error)
        return state.loss_sum / max(state.seen, 1)

    def _learn(
        self, numbers: NDArray[np.int64], batch: torch.Tensor, drawn: NDArray[np.int64]
    ) -> float:
        """Take one step and return its loss, NaN where it is lost."""
        share = (
            self._state.epoch - 1 + self._state.done / len(self._train)
        ) / self._settings.epochs
        for group, rate in zip(self._optimiser.param_groups, self._rates, strict=True):
            group["lr"] = rate * _rate_at(share, self._settings.warm_up)
        self._optimiser.zero_grad(set_to_none=True)
        chosen = drawn[numbers]
        with autocast(self._learner.device, self._dtype):
            images, texts = self._learner.see(batch), self._learner.read(chosen)
        loss = self._loss(normalize(images.float(), dim=1), normalize(texts.float(), dim=1), chosen)
        value = loss.item()
        if not math.isfinite(value):
            return math.nan
        self._scaler.scale(loss).backward()
        self._scaler.unscale_(self._optimiser)
        for group in self._optimiser.param_groups:
            torch.nn.utils.clip_grad_norm_(group["params"], LONGEST_NORM)
        self._scaler.step(self._optimiser)
        self._scaler.update()
        self._state.loss_sum += value * len(numbers)
        self._state.seen += len(numbers)
        done = min(self._state.done + len(numbers), len(self._train))
        rate = self._optimiser.param_groups[0]["lr"]
        self._step(Step(self._state.epoch, done, len(self._train), value, rate))
        return value

    def _loss(
        self, images: torch.Tensor, texts: torch.Tensor, chosen: NDArray[np.int64]
    ) -> torch.Tensor:
        scale = self._learner.scale()
        if self._settings.loss == SOFT:
            return soft_loss(images, texts, scale)
        text = torch.from_numpy(chosen).to(images.device)
        return symmetric_loss(images, texts, scale, text[:, None] == text[None])

    def _halve(self, error: Exception) -> None:
        if not lacks_memory(error):
            raise error
        self._optimiser.zero_grad(set_to_none=True)
        if torch.cuda.is_available():
            torch.cuda.empty_cache()
        if self._state.batch < 4:
            raise TuningError(
                "Memory does not hold a batch of two pictures: take a smaller model, or a device "
                "with more memory."
            ) from error
        self._state.batch //= 2
        self._tell(
            f"Memory ended: a batch is {count_things(self._state.batch, 'picture')} from here on."
        )

    def _save_when_due(self) -> None:
        wanted = self._settings.checkpoint_seconds
        pause = max(wanted, self._saving / SHARE_OF_CHECKPOINTS) if wanted else 0.0
        if time.monotonic() - self._saved_at >= pause:
            self._save()

    def _save(self) -> None:
        began = time.monotonic()
        state = {**vars(self._state), "history": [asdict(epoch) for epoch in self.history]}
        device = self._learner.device
        self._checkpoints.write(
            {
                "state": state,
                "weights": self._learner.module().state_dict(),
                "optimiser": self._optimiser.state_dict(),
                "scaler": self._scaler.state_dict(),
                "random": torch.get_rng_state(),
                "random_cuda": torch.cuda.get_rng_state(device) if device.type == "cuda" else None,
            }
        )
        self._saved_at = time.monotonic()
        self._saving = self._saved_at - began

    def _restore(self, kept: dict[str, Any]) -> None:
        history = [Epoch(**epoch) for epoch in kept["state"]["history"]]
        self._state = _State(**{**kept["state"], "history": history})
        self._learner.module().load_state_dict(kept["weights"])
        self._optimiser.load_state_dict(kept["optimiser"])
        self._scaler.load_state_dict(kept["scaler"])
        torch.set_rng_state(kept["random"])
        if kept["random_cuda"] is not None:
            torch.cuda.set_rng_state(kept["random_cuda"], self._learner.device)


def _rate_at(share: float, warm_up: float) -> float:
    """Return the part of the rate at a share of the training: up in a line, down in a cosine."""
    if share < warm_up:
        return max(share / warm_up, 1e-3)
    return 0.5 * (1 + math.cos(math.pi * (share - warm_up) / (1 - warm_up)))
