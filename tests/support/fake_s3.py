# SPDX-License-Identifier: Apache-2.0
"""A small S3 endpoint in memory that checks signatures and misbehaves on request.

    with FakeS3() as fake:
        fake.faults = ["503", "reset"]      # the next two writes; then it behaves
        fake.objects["bucket", "key"]       # what is stored

Faults: "503" SlowDown; "reset" the connection breaks before anything is stored; "torn" the object is stored and
the answer breaks off; "slow" two seconds late; "hang" no answer for an hour; "denied" 403 AccessDenied.
"""
import hashlib
import hmac
import http.server
import threading
import time
import urllib.parse

ACCESS_KEY, SECRET, REGION = "AKIAFAKES30000000001", "fake/s3/secret", "eu-central-1"


def digest(key, text):
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


def expected_signature(method, path, query, headers, signed, stamp, scope, body_hash):
    """SigV4, written from its description and not from the program's code."""
    pairs = sorted((urllib.parse.quote(name, safe="-_.~"), urllib.parse.quote(value, safe="-_.~"))
                   for name, value in urllib.parse.parse_qsl(query, keep_blank_values=True))
    canonical = "\n".join([method, path, "&".join(f"{name}={value}" for name, value in pairs),
                           *(f"{name}:{' '.join(headers[name].split())}" for name in signed), "", ";".join(signed), body_hash])
    day, region, service, _ = scope.split("/")
    key = digest(digest(digest(digest(b"AWS4" + SECRET.encode(), day), region), service), "aws4_request")
    text = "\n".join(["AWS4-HMAC-SHA256", stamp, scope, hashlib.sha256(canonical.encode()).hexdigest()])
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, format, *arguments):  # pylint: disable=redefined-builtin
        pass

    def handle_request(self):
        fake = self.server.fake
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        path, _, query = self.path.partition("?")
        problem = self.problem_of_signature(path, query, body)
        bucket, _, key = urllib.parse.unquote(path[1:]).partition("/")
        fake.requests.append((self.command, bucket, key, dict(self.headers.items())))
        if problem:
            self.answer(403, f"<Error><Code>SignatureDoesNotMatch</Code><Message>{problem}</Message></Error>")
        elif bucket not in fake.buckets:
            self.answer(404, "<Error><Code>NoSuchBucket</Code><Message>no such bucket</Message></Error>")
        elif self.command == "PUT" and key:
            self.put(fake, bucket, key, body)
        elif key and (bucket, key) in fake.objects:
            self.answer(200, fake.objects[bucket, key])
        elif key:
            self.answer(404, "<Error><Code>NoSuchKey</Code><Message>no such key</Message></Error>")
        else:
            self.answer(200, "")

    do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = handle_request

    def put(self, fake, bucket, key, body):
        fault = fake.next_fault()
        if fake.refuses_acl and "x-amz-acl" in self.headers:
            self.answer(400, "<Error><Code>AccessControlListNotSupported</Code><Message>no ACLs here</Message></Error>")
            return
        if fault == "503":
            self.answer(503, "<Error><Code>SlowDown</Code><Message>Reduce your request rate.</Message></Error>")
            return
        if fault == "denied":
            self.answer(403, "<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>")
            return
        if fault == "reset":
            self.close_connection = True
            self.connection.close()
            return
        if fault == "slow":
            time.sleep(2)
        if fault == "hang":
            time.sleep(3600)
            return
        fake.store(bucket, key, body)
        if fault == "torn":
            self.wfile.write(b"HTTP/1.1 200 O")
            self.wfile.flush()
            self.close_connection = True
            self.connection.close()
            return
        self.answer(200, "", {"ETag": f'"{hashlib.md5(body).hexdigest()}"'})

    def answer(self, status, body, headers=None):
        data = body.encode() if isinstance(body, str) else body
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)

    def problem_of_signature(self, path, query, body):
        """What is wrong with the request's signature, or None."""
        headers = {name.lower(): value for name, value in self.headers.items()}
        try:
            parts = dict(part.strip().split("=", 1) for part in headers["authorization"].removeprefix("AWS4-HMAC-SHA256").split(","))
            access_key, _, scope = parts["Credential"].partition("/")
            signed = parts["SignedHeaders"].split(";")
            body_hash = headers["x-amz-content-sha256"]
        except (KeyError, ValueError) as missing:
            return f"not signed: {missing}"
        if access_key != ACCESS_KEY or "host" not in signed:
            return "wrong key, or the host is not signed"
        if body_hash not in ("UNSIGNED-PAYLOAD", hashlib.sha256(body).hexdigest()):
            return "the body has another hash"
        expected = expected_signature(self.command, path, query, headers, signed, headers["x-amz-date"], scope, body_hash)
        return None if expected == parts["Signature"] else "another signature was expected"


class FakeS3:
    def __init__(self, *buckets):
        self.buckets, self.objects, self.requests, self.faults = set(buckets), {}, [], []
        self.refuses_acl = False
        self.lock = threading.Lock()
        self.changed = []  # keys that were written again with other bytes
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.server.fake = self

    def next_fault(self):
        with self.lock:
            return self.faults.pop(0) if self.faults else None

    def store(self, bucket, key, body):
        with self.lock:
            if self.objects.get((bucket, key), body) != body:
                self.changed.append((bucket, key))
            self.objects[bucket, key] = body

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server.server_port}"

    def config(self, pattern, **more):
        """A [bucket] section of Cairn's configuration file that points here."""
        keys = {"endpoint": self.url, "region": REGION, "access-key-id": ACCESS_KEY, "secret-access-key": SECRET, **more}
        return f'[bucket "{pattern}"]\n' + "".join(f"{name} = {value}\n" for name, value in keys.items())

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *problem):
        self.server.shutdown()
        self.server.server_close()
