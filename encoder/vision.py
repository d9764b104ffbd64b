"""Run a vision model over prepared pictures: device, precision, batches."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import torch
from threadpoolctl import threadpool_limits

from encoder.errors import BadDevice
from encoder.protocol import Pixels, Vectors


def choose_device(device: str | None) -> torch.device:
    """Return the device asked for, or the best one the machine has.

    Raises:
        BadDevice: the machine lacks it.
    """
    if device is None:
        if torch.cuda.is_available():
            return torch.device("cuda")
        return torch.device("mps" if torch.backends.mps.is_available() else "cpu")
    try:
        chosen = torch.device(device)
        torch.empty(1, device=chosen)
    except (RuntimeError, AssertionError, ValueError) as error:
        raise BadDevice(
            f"This machine cannot use the device {device!r}: leave --device out, or say cpu."
        ) from error
    return chosen


def choose_dtype(device: torch.device) -> torch.dtype:
    """Choose fp16 on CUDA, bf16 on CPUs that multiply it in hardware, fp32 elsewhere."""
    if device.type == "cuda":
        return torch.float16
    if device.type == "cpu" and _cpu_has_bf16():
        return torch.bfloat16
    return torch.float32


def _cpu_has_bf16() -> bool:
    checks = ("_is_avx512_bf16_supported", "_is_amx_tile_supported")
    return any(getattr(torch.cpu, check, bool)() for check in checks)


def default_batch(device: torch.device) -> int:
    """Return how many pictures go through the model at once."""
    return 512 if device.type == "cuda" else min(256, max(32, 16 * torch.get_num_threads()))


class Vision:
    """A vision model on its device. Batches that do not fit the device's memory are halved.

    On a CPU each core takes a few pictures of a batch through the whole model: all cores on the
    same pictures would wait for each other after every layer, and many pictures leave the caches.

    Args:
        forward: (n, 3, h, w) normalised, in `dtype` -> (n, d).
        mean: of each channel, 0 to 255.
        std: of each channel, 0 to 255.
        part: pictures that a core of a CPU takes at once; the quickest is a matter of the model.
    """

    def __init__(
        self,
        forward: Callable[[torch.Tensor], torch.Tensor],
        *,
        mean: Sequence[float],
        std: Sequence[float],
        device: torch.device,
        dtype: torch.dtype,
        part: int = 16,
    ) -> None:
        self.device = device
        self.dtype = dtype
        self.batch = default_batch(device)
        self._forward = forward
        self._part = part
        self._mean = torch.tensor(mean, device=device).view(1, 3, 1, 1)
        self._std = torch.tensor(std, device=device).view(1, 3, 1, 1)
        self._streams = threading.local()
        self._alone = threading.Lock()
        self._cores = ThreadPoolExecutor(torch.get_num_threads(), "core", stay_on_one_core)

    def run(self, pixels: Pixels) -> Vectors:
        """Run the model over (n, h, w, 3) uint8 pictures: (n, d) float32.

        Raises:
            torch.OutOfMemoryError: not even one picture fits the device.
        """
        parts: list[Vectors] = []
        start = 0
        while start < len(pixels):
            part = pixels[start : start + self.batch]
            try:
                parts.append(self._run_batch(part))
            except torch.OutOfMemoryError:
                if len(part) == 1:
                    raise
                torch.cuda.empty_cache()
                self.batch = max(1, len(part) // 2)
                continue
            start += len(part)
        return np.concatenate(parts)

    def _run_batch(self, pixels: Pixels) -> Vectors:
        if self.device.type == "cuda":
            # Each thread has its own stream: one copies its batch while another's is computed.
            with torch.cuda.device(self.device), torch.cuda.stream(self._stream()):
                return self._vectors(torch.from_numpy(pixels).pin_memory())
        if self.device.type != "cpu":
            with self._alone:
                return self._vectors(torch.from_numpy(pixels))
        starts = range(0, len(pixels), self._part)
        parts = [torch.from_numpy(pixels[start : start + self._part]) for start in starts]
        if len(parts) == 1:  # perhaps a single picture, for which somebody waits
            return self._vectors(parts[0])
        return np.concatenate(list(self._cores.map(self._vectors, parts)))

    @torch.inference_mode()
    def _vectors(self, pixels: torch.Tensor) -> Vectors:
        there = pixels.to(self.device, non_blocking=self.device.type == "cuda")
        # In place and in one line: memory that is asked for anew costs a CPU as much as the sums.
        x = there.permute(0, 3, 1, 2).float().sub_(self._mean).div_(self._std).to(self.dtype)
        vectors = self._forward(x)
        return vectors.float().cpu().numpy()

    def _stream(self) -> torch.cuda.Stream:
        if not hasattr(self._streams, "stream"):
            self._streams.stream = torch.cuda.Stream(self.device)
        stream: torch.cuda.Stream = self._streams.stream
        return stream


def stay_on_one_core() -> None:
    """Keep what torch does in this thread on one core: also the same sums, bit for bit."""
    torch.get_num_threads()  # torch sets a new thread's own number of cores at its first question
    threadpool_limits(1, user_api="openmp")


def unit(vectors: Vectors) -> Vectors:
    """Scale rows (n, d) to length 1; a row of zeros stays as it is."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return (vectors / np.where(lengths > 0, lengths, 1)).astype(np.float32)
