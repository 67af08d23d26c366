# SPDX-License-Identifier: Apache-2.0
"""A small HTTP service to stand behind a gateway entry: it remembers every request, and misbehaves on request.

    with FakeUpstream() as upstream:
        upstream.url, upstream.requests          # [Request(method, target, headers, body)]
        upstream.answer = lambda request: Answer(200, b"body", {"x-amz-request-id": "R1"})

A handler may return None (the connection is reset without an answer) or sleep. `upstream.log` names a file to
which the path of every request is appended before it is answered: what a kill of the gateway cannot undo.
"""
import http.server
import socket
import struct
import threading
import typing


class Request(typing.NamedTuple):
    method: str
    target: str
    headers: dict  # lower-case names
    body: bytes


class Answer(typing.NamedTuple):
    status: int = 200
    body: bytes = b""
    headers: dict = {}
    cut_after: typing.Optional[int] = None  # the connection breaks after so many bytes of the body


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # one write for head and body
    disable_nagle_algorithm = True

    def log_message(self, format, *arguments):  # pylint: disable=redefined-builtin
        pass

    def read_body(self):
        if "chunked" not in self.headers.get("Transfer-Encoding", ""):
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        pieces = []
        while size := int(self.rfile.readline().split(b";")[0], 16):
            pieces.append(self.rfile.read(size))
            self.rfile.readline()
        while self.rfile.readline().strip():
            pass
        return b"".join(pieces)

    def handle_request(self):
        fake = self.server.fake
        with fake.lock:
            fake.begun += 1
        headers = {name.lower(): value for name, value in self.headers.items()}
        request = Request(self.command, self.path, headers, self.read_body())
        fake.remember(request)
        answer = fake.answer(request)
        if answer is None:
            self.reset()
            return
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body if answer.cut_after is None else answer.body[:answer.cut_after])
        if answer.cut_after is not None:
            self.reset()

    do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = handle_request

    def reset(self):
        self.wfile.flush()
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True
        self.connection.close()


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256

    def handle_error(self, request, client_address):
        pass  # connections that a gateway left behind


class FakeUpstream:
    def __init__(self, log=None):
        self.begun = 0  # requests whose head has come
        self.requests, self.answer = [], lambda request: Answer(200, b"hello", {"x-amz-request-id": "UPSTREAMREQUEST1"})
        self.lock, self.log = threading.Lock(), open(log, "ab") if log else None
        self.server = Server(("127.0.0.1", 0), Handler)
        self.server.fake = self
        self.port = self.server.server_port
        self.url = f"http://127.0.0.1:{self.port}"

    def remember(self, request):
        with self.lock:
            self.requests.append(request)
            if self.log:
                self.log.write(f"{request.target}\n".encode())
                self.log.flush()

    def targets(self):
        with self.lock:
            return [request.target for request in self.requests]

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, args=(0.1,), daemon=True).start()
        return self

    def __exit__(self, *problem):
        self.server.shutdown()
        self.server.server_close()
        if self.log:
            self.log.close()
