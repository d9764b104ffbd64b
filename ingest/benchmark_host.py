"""The benchmark's HTTP server: `python -m ingest.benchmark_host FOLDER` prints its address."""

import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit


class Handler(BaseHTTPRequestHandler):
    """Serves files, with the query after their last byte: the same picture, another digest."""

    protocol_version = "HTTP/1.1"
    folder = Path()

    def do_GET(self) -> None:
        """Answer with a file."""
        parts = urlsplit(self.path)
        body = (self.folder / unquote(parts.path).lstrip("/")).read_bytes() + parts.query.encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: a line for each picture would cost more than the picture."""


def main() -> None:
    """Serve until terminated."""
    Handler.folder = Path(sys.argv[1])
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        print(f"http://127.0.0.1:{server.server_port}", flush=True)
        server.serve_forever()


if __name__ == "__main__":
    main()
