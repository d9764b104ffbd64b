"""`python -m tests.warm.parent SOCKET`: import the libraries, then fork for whoever connects."""

import atexit
import gc
import importlib
import json
import os
import random
import runpy
import select
import signal
import socket
import sys
import threading
import traceback
from pathlib import Path
from typing import NoReturn

import numpy as np

# Neither chdb nor lance: they start threads when they are imported, which a fork would lack.
LIBRARIES = (
    "pandas", "torch", "streamlit.web.cli", "streamlit.web.bootstrap", "clickhouse_connect",
    "transformers.models.bert.modeling_bert", "transformers.models.clip.modeling_clip",
    "api.server", "encoder.offline", "explorer", "ingest.run", "vecdb",
)  # fmt: skip
Order = tuple[list[str], str, dict[str, str]]


def serve(place: str) -> Order:
    """Fork for every connection until our input ends; return in each child what it is to do."""
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(place)
    listener.listen(64)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for who passes the end on
    while True:
        ready, _, _ = select.select([listener.fileno(), 0], [], [])
        if 0 in ready:
            sys.exit()
        way, _ = listener.accept()
        if not os.fork():
            listener.close()
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            return become(way)
        way.close()


def become(way: socket.socket) -> Order:
    """Fork once more: return in the child, and pass its end on to who connected."""
    head, streams, *_ = socket.recv_fds(way, 4, 3)
    body = way.makefile("rb").read(int.from_bytes(head, "big"))
    child = os.fork()
    if child:
        for stream in (0, 1, 2, *streams):
            os.close(stream)
        way.sendall(child.to_bytes(4, "big"))
        ended = os.pidfd_open(child)
        if ended not in select.select([ended, way.fileno()], [], [])[0]:
            os.kill(child, signal.SIGKILL)  # who stands for it was killed
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        try:
            way.sendall(code.to_bytes(4, "big", signed=True))
        finally:
            os._exit(0)
    way.close()
    for at, stream in enumerate(streams):
        os.dup2(stream, at)
        os.close(stream)
    arguments, folder, environment = json.loads(body)
    return arguments, folder, environment


def run(arguments: list[str], folder: str, environment: dict[str, str]) -> None:
    """Be `python ARGUMENTS`."""
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    random.seed()
    np.random.seed()
    kind, rest = arguments[0], arguments[1:]
    if kind == "-m":
        sys.path[0], sys.argv = folder, rest
        runpy.run_module(rest[0], run_name="__main__", alter_sys=True)
    elif kind == "-c":
        sys.path[0], sys.argv = "", ["-c", *rest[1:]]
        exec(compile(rest[0], "<string>", "exec"), {"__name__": "__main__"})
    else:
        sys.path[0], sys.argv = str(Path(kind).parent), arguments
        runpy.run_path(kind, run_name="__main__")


def end(code: int) -> NoReturn:
    """End as Python ends, without taking the libraries' hundred thousand objects apart."""
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def main() -> NoReturn:
    """Serve, and be what was asked for."""
    for library in LIBRARIES:
        importlib.import_module(library)
    gc.freeze()  # what is collected would be copied
    order = serve(sys.argv[1])
    code: object = 0
    try:
        run(*order)
    except SystemExit as ended:
        code = ended.code or 0
    except BaseException:
        traceback.print_exc()
        code = 1
    if not isinstance(code, int):
        print(code, file=sys.stderr)
        code = 1
    end(code)


if __name__ == "__main__":
    main()
