"""The benchmark's HTTP server: `python -m ingest.benchmark.host FOLDER` prints its address.

It stands for hosts elsewhere, so it takes as little of this machine as it can.
"""

import asyncio
import sys
from pathlib import Path
from urllib.parse import unquote, urlsplit


class Host(asyncio.Protocol):
    """Serves files, with the query after their last byte: the same picture, another digest."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._asked = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Remember where to write."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Answer every request that is complete."""
        *requests, self._asked = (self._asked + data).split(b"\r\n\r\n")
        for request in requests:
            address = urlsplit(request.split(b" ", 2)[1].decode())
            body = (self._folder / unquote(address.path).lstrip("/")).read_bytes()
            body += address.query.encode()
            head = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body)
            self._transport.write(head + body)


async def main() -> None:
    """Serve until terminated."""
    folder = Path(sys.argv[1])
    server = await asyncio.get_running_loop().create_server(lambda: Host(folder), "127.0.0.1", 0)
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
