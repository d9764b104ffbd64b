"""A local host with every habit a host can have."""

import re
import ssl
import threading
import time
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote

from tests.ingest.pictures import jpeg, pdf, web_page


class Host(ThreadingHTTPServer):
    """Serves /ok/<n>.jpg and one path for each bad habit; counts what it was asked."""

    daemon_threads = True
    request_queue_size = 128  # of five, a connection too many waits for seconds

    def __init__(self, certificate=None):
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked: Counter[str] = Counter()
        self.agents = set()
        self.authorizations = set()
        self.headers: list[dict[str, str]] = []
        self.at_once = 0
        self.most_at_once = 0
        self.guard = threading.Lock()
        self.gone = threading.Event()
        scheme = "http"
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            self.socket = context.wrap_socket(self.socket, server_side=True)
            scheme = "https"
        self.url = f"{scheme}://127.0.0.1:{self.server_port}"

    def handle_error(self, request, client_address):
        pass  # clients of these tests hang up on purpose

    def __enter__(self):
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *error):
        self.gone.set()
        self.shutdown()
        self.server_close()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Host

    def do_GET(self):
        path = self.path.split("?")[0]
        with self.server.guard:
            self.server.asked[self.path] += 1
            self.server.agents.add(self.headers["User-Agent"])
            self.server.authorizations.add(self.headers["Authorization"])
            self.server.headers.append(dict(self.headers))
            self.server.at_once += 1
            self.server.most_at_once = max(self.server.most_at_once, self.server.at_once)
        try:
            kind = path.strip("/").split("/")[0]
            getattr(self, "get_" + re.sub(r"\W", "_", kind), self.get_missing)(path)
        except OSError:
            pass
        finally:
            with self.server.guard:
                self.server.at_once -= 1

    def answer(self, body, status=200, **headers):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def get_ok(self, path):
        number = int(re.sub(r"\D", "", path) or 0)
        self.answer(jpeg(number))

    def get_http_(self, path):  # asked as a proxy: the whole address stands for the path
        self.get_ok(path)

    def get_opted_out(self, path):  # /opted_out/<directives>/1.jpg, several parted by ;
        self.send_response(200)
        for tag in unquote(path).split("/")[2].split(";"):
            self.send_header("X-Robots-Tag", tag)
        self.end_headers()
        self.wfile.write(jpeg(7))
        self.close_connection = True

    def get_no_python(self, path):
        if "python" in self.headers["User-Agent"].lower():
            self.answer(b"no", 403)
        else:
            self.get_ok(path)

    def get_friends_only(self, path):
        if self.headers["X-Key"] == "a: b" and self.headers["User-Agent"] == "mine/1":
            self.get_ok(path)
        else:
            self.answer(b"no", 403)

    def get_unhurried(self, path):
        time.sleep(0.05)
        self.get_ok(path)

    def get_slow(self, path):
        time.sleep(0.2)
        self.get_ok(path)

    def get_missing(self, path):
        self.answer(b"no", 404)

    def get_forbidden(self, path):
        self.answer(b"no", 403)

    def get_error(self, path):
        self.answer(b"no", 500)

    def get_busy_twice(self, path):
        if self.server.asked[self.path] <= 2:
            self.answer(b"later", 429, Retry_After="0")
        else:
            self.get_ok(path)

    def get_busy_a_second(self, path):
        if self.server.asked[self.path] == 1:
            self.answer(b"later", 503, Retry_After="1")
        else:
            self.get_ok(path)

    def get_loop(self, path):
        self.answer(b"", 302, Location=self.server.url + "/loop/again.jpg")

    def get_to_a_file(self, path):
        self.answer(b"", 302, Location="file:///etc/passwd")

    def get_short(self, path):
        body = jpeg(1)
        self.send_response(200)
        self.send_header("Content-Length", str(len(body) + 1000))
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()
        self.connection.shutdown(2)

    def get_drip(self, path):
        self.send_response(200)
        self.send_header("Content-Length", "100000")
        self.end_headers()
        while not self.server.gone.wait(0.1):
            self.wfile.write(b"x")
            self.wfile.flush()

    def get_drip_headers(self, path):
        self.wfile.write(b"HTTP/1.1 200 OK\r\n")
        while not self.server.gone.wait(0.1):
            self.wfile.write(b"X")
            self.wfile.flush()

    def get_silent(self, path):
        self.server.gone.wait(30)

    def get_endless(self, path):
        self.send_response(200)
        self.end_headers()
        while not self.server.gone.is_set():
            self.wfile.write(b"\xff" * 65536)

    def get_page(self, path):
        self.answer(web_page(), Content_Type="text/html")

    def get_pdf(self, path):
        self.answer(pdf())

    def get_empty(self, path):
        self.answer(b"")

    def get_nonsense(self, path):
        self.wfile.write(b"\x00\x01\x02 not http at all\r\n\r\n")
        self.close_connection = True

    def log_message(self, *args):
        pass
