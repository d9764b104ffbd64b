"""Whole commands as processes of their own, for `ingest.benchmark`: what they cost."""

import os
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch

from encoder import vision

RIVAL = Path(__file__).with_name("rival.py")
FEW, MANY = 20, 320  # pictures; the difference of two runs leaves their start-up out
RIVAL_ROUNDS = 2
IN_SINGLE_PRECISION = """
import sys
from ingest.benchmark import commands
commands.keep_single_precision()
from ingest.__main__ import main
sys.exit(main())
"""


def keep_single_precision() -> None:
    """Let encoders that this process loads from now on compute in single precision."""
    setattr(vision, "choose_dtype", lambda device: torch.float32)  # noqa: B010 (mypy refuses =)


def beside_rival(
    scratch: Path, files: list[Path], encoder: str, python: str, *, fp32: bool
) -> dict[str, dict[str, float]]:
    """Return wall and processor milliseconds a picture of both, and how many times less ours are.

    Medians of rounds in turn.

    Raises:
        RuntimeError: either command failed.
    """
    folders = []
    for number in (FEW, MANY):
        folders.append(scratch / f"pictures{number}")
        folders[-1].mkdir()
        for at in range(number):
            shutil.copyfile(files[at % len(files)], folders[-1] / f"{at:04d}.jpg")
    commands: dict[str, Callable[[Path, Path], object]] = {
        "ours": lambda pictures, output: command(pictures, output, encoder, fp32=fp32),
        "clip-retrieval": lambda pictures, output: subprocess.run(
            [python, RIVAL, pictures, output], check=True, capture_output=True
        ),
    }
    cost: dict[str, list[np.ndarray]] = {name: [] for name in commands}
    for number in range(RIVAL_ROUNDS):
        for name, act in commands.items():
            outputs = [scratch / f"{name}{number}-{pictures.name}" for pictures in folders]
            few, many = (child_cost(act, *pair) for pair in zip(folders, outputs, strict=True))
            cost[name].append((many - few) / (MANY - FEW))
    found = {name: np.median(each, axis=0) for name, each in cost.items()}
    found["times"] = found["clip-retrieval"] / found["ours"]
    return {
        name: {"wall": round(float(wall), 2), "cpu": round(float(cpu), 2)}
        for name, (wall, cpu) in found.items()
    }


def child_cost(act: Callable[[Path, Path], object], source: Path, output: Path) -> np.ndarray:
    """Return wall and processor milliseconds of what runs other processes."""
    used, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    try:
        act(source, output)
    except subprocess.CalledProcessError as error:
        last = error.stderr.decode(errors="replace").strip().splitlines()[-1:]
        raise RuntimeError(f"clip-retrieval: {''.join(last) or error}") from error
    wall, now = time.perf_counter() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
    return np.array([wall, now.ru_utime + now.ru_stime - used.ru_utime - used.ru_stime]) * 1e3


def command(
    source: Path, folder: Path, encoder: str, *more: str, fp32: bool = False
) -> tuple[float, int]:
    """Run the command line, and return its seconds and its peak memory in MiB."""
    environment = {**os.environ, "VECDB_DSN": f"chdb://{folder}/db", "VECDB_TABLE": "photos"}
    environment["VECDB_STORE"] = f"{folder}/store"
    started = time.perf_counter()
    program = ["-c", IN_SINGLE_PRECISION] if fp32 else ["-m", "ingest"]
    line = [sys.executable, *program, str(source), "--encoder", encoder, "--quiet", *more]
    with subprocess.Popen(line, env=environment) as process:
        peak = 0
        while process.poll() is None:
            peak = max(peak, _peak(process.pid))
            time.sleep(0.05)
    if process.returncode:
        raise RuntimeError(f"the ingest of {source} ended with exit code {process.returncode}")
    return time.perf_counter() - started, peak


def _peak(pid: int) -> int:
    """Return the memory a process holds for itself in MiB, 0 where the system does not tell.

    Without mapped files: the store's are the system's to drop. And not from getrusage: a child's
    figure there begins with the memory of the process that started it.
    """
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) >> 10 for line in lines if line.startswith("RssAnon")), 0)
