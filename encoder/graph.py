"""A network as a graph that runs without the interpreter."""

import threading
import warnings
from collections.abc import Callable

import torch

Network = Callable[[torch.Tensor], torch.Tensor]
_recording = threading.Lock()  # of all graphs: the recorder keeps its state in torch's modules


class Graph:
    """A network in evaluation, recorded at its first call, for a CPU.

    Layer by layer in Python, every thread that computes waits for the interpreter some hundred
    times a picture, and whoever downloads or decodes beside it makes the waiting long. The
    recorded graph gives the same bits; where it folds batch norms, the same but for rounding.

    Args:
        network: takes (n, 3, h, w) of one size and dtype, any n. One that cannot be recorded, or
            whose recording goes astray with other pictures, runs as it is.
    """

    def __init__(self, network: torch.nn.Module) -> None:
        self._network = network.eval().requires_grad_(False)
        self._recorded: Network | None = None

    def __call__(self, x: torch.Tensor) -> torch.Tensor:
        """Compute (n, d) of (n, 3, h, w)."""
        with _recording:
            if self._recorded is None:
                self._recorded = self._record(x)
        return self._recorded(x)

    def _record(self, x: torch.Tensor) -> Network:
        with warnings.catch_warnings(), torch.inference_mode(False), torch.no_grad():
            warnings.simplefilter("ignore")
            # Two pictures: of one, the recorder might take its number for a constant.
            example = torch.zeros(2, *x.shape[1:], dtype=x.dtype)
            try:
                traced = torch.jit.trace(self._network, example, check_trace=False)
                recorded: Network = torch.jit.freeze(traced)
                others = torch.rand(3, *x.shape[1:]).to(x.dtype)
                agrees = torch.allclose(
                    recorded(others), self._network(others), rtol=0.02, atol=1e-3
                )
            except (RuntimeError, TypeError):
                agrees = False
        return recorded if agrees else self._network
