import argparse
import base64
import email
import email.policy
import json
import socket
import struct
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from tests.vecdb.server.cluster import Cluster, write_config
from tests.vecdb.server.engine import Engine, EngineError
from tests.vecdb.server.faults import Fault, Faults
from tests.vecdb.server.myscale import MyScale

# What the interface itself understands; everything else in the address is a setting.
OWN = {
    "query", "database", "wait_end_of_query", "client_protocol_version", "session_id", "query_id",
    "send_progress_in_http_headers", "http_headers_progress_interval_ms",
    "enable_http_compression", "cancel_http_readonly_queries_on_client_close",
}  # fmt: skip

FIELD_LIMIT = 131_072


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, options: argparse.Namespace) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        is_cluster = options.flavour == "cluster"
        where = write_config(options.directory) if is_cluster else str(options.directory)
        self.engine = Engine(where)
        self.cluster = Cluster(self.engine) if is_cluster else None
        self.faults = Faults()
        self.myscale = (
            MyScale(self.engine, open_source=options.flavour == "open-source")
            if options.flavour in ("myscale", "open-source")
            else None
        )
        self.credentials = f"{options.user}:{options.password}"


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # an answer in one packet: the second would wait 40 ms for a word of the client
    server: Server

    def log_message(self, *_: Any) -> None:
        pass

    def do_GET(self) -> None:
        self._answer(200, b"Ok.\n", {})

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.headers.get("Transfer-Encoding") == "chunked":
            body = self._chunks()
        if self.path == "/fault":
            self.server.faults.plan(Fault(**json.loads(body)))
            return self._answer(200, b"", {})
        if self.path == "/seen":
            return self._answer(200, json.dumps(self.server.faults.seen).encode(), {})
        given = dict(parse_qsl(urlsplit(self.path).query, keep_blank_values=True))
        if self.headers.get_content_type() == "multipart/form-data":
            try:
                given |= self._form(body)
            except EngineError as error:
                return self._error(400, error.code, str(error))
            body = b""
        text = given.get("query", "").encode() + (b"\n" if body and "query" in given else b"")
        self._statement(text + body, given)

    def _statement(self, text: bytes, given: dict[str, str]) -> None:
        head = text[:2000].decode(errors="replace")
        fault = self.server.faults.due(head)
        if fault and fault.kind == "status":
            code = 516 if fault.status in (401, 403) else fault.code
            return self._error(fault.status, code, fault.text)
        if fault and fault.kind == "slow":
            time.sleep(fault.seconds)
        if not self._allowed():
            return self._error(403, 516, "default: Authentication failed: password is incorrect")
        try:
            is_readonly = fault is not None and fault.kind == "readonly"
            answer, wanted = self._run(text, given, readonly=is_readonly)
        except EngineError as error:
            return self._error(500, error.code, str(error))
        if fault and fault.kind in ("lost", "reset"):
            return self._break(answer if fault.kind == "reset" else None)
        self._answer(200, answer, {"X-ClickHouse-Format": wanted} if answer else {})

    def _run(
        self, text: bytes, given: dict[str, str], *, readonly: bool = False
    ) -> tuple[bytes, str]:
        database = given.get("database", "default")
        parameters = {k[6:]: v for k, v in given.items() if k.startswith("param_")}
        settings = {k: v for k, v in given.items() if k not in OWN and not k.startswith("param_")}
        statements = [text]
        if self.server.myscale and not text.lstrip().upper().startswith(b"INSERT INTO `"):
            lines = self.server.myscale.translated(text.decode(), settings, database)
            statements = [line.encode() for line in lines]
        if self.server.cluster and not text.lstrip().upper().startswith(b"INSERT INTO `"):
            line = self.server.cluster.translated(text.decode(), settings, parameters, database)
            statements = [line.encode()]
        for statement in statements:
            answer = self.server.engine.run(
                statement, settings, parameters, database, readonly=readonly
            )
        return answer

    def _allowed(self) -> bool:
        scheme, _, token = self.headers.get("Authorization", "").partition(" ")
        given = base64.b64decode(token).decode() if scheme == "Basic" else "default:"
        return given == self.server.credentials

    def _form(self, body: bytes) -> dict[str, str]:
        kind = self.headers["Content-Type"].encode()
        message = email.message_from_bytes(
            b"Content-Type: " + kind + b"\r\n\r\n" + body, policy=email.policy.HTTP
        )
        fields: dict[str, str] = {}
        for part in message.iter_parts():
            name = str(part.get_param("name", header="content-disposition"))
            value: Any = part.get_payload(decode=True)
            fields[name] = value.decode()
            if len(value) > FIELD_LIMIT:
                raise EngineError("Code: 1000. DB::Exception: Poco: Field value too long")
        return fields

    def _chunks(self) -> bytes:
        body = b""
        while size := int(self.rfile.readline().split(b";")[0], 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return body

    def _error(self, status: int, code: int, text: str) -> None:
        message = text if text.startswith("Code") else f"Code: {code}. DB::Exception: {text}"
        self._answer(status, message.encode(), {"X-ClickHouse-Exception-Code": str(code)})

    def _answer(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("X-ClickHouse-Timezone", "UTC")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _break(self, part: bytes | None) -> None:
        if part is not None:
            self.send_response(200)
            self.send_header("Content-Length", str(len(part) + 1000))
            self.end_headers()
            self.wfile.write(part[: len(part) // 2])
            self.wfile.flush()
        # Lingering for no time at all sends a reset instead of a polite end.
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("directory", type=Path)
    parser.add_argument(
        "--flavour", choices=["clickhouse", "cluster", "myscale", "open-source"], required=True
    )
    parser.add_argument("--user", default="default")
    parser.add_argument("--password", default="")
    server = Server(parser.parse_args())
    print(server.server_port, flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
