# SPDX-License-Identifier: Apache-2.0
"""TLS from certificate files, read again on SIGHUP; plain HTTP only on loopback unless told otherwise."""
import datetime
import http.client
import ipaddress
import signal
import socket
import ssl

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

import cairn_daemon
from cairn_daemon import eventually


class Certificate:
    """A self-signed certificate for 127.0.0.1 in two PEM files."""

    def __init__(self, folder):
        self.certificate, self.key = folder / "tls.pem", folder / "tls.key"
        self.make("first")

    def make(self, name):
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
        now = datetime.datetime.utcnow()
        made = (x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key())
                .serial_number(x509.random_serial_number()).not_valid_before(now - datetime.timedelta(hours=1))
                .not_valid_after(now + datetime.timedelta(days=1))
                .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
                .sign(key, hashes.SHA256()))
        self.key.write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                                               serialization.NoEncryption()))
        self.certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))


class TlsDaemon(cairn_daemon.Daemon):
    """A daemon that is asked over TLS, its certificate checked."""

    def __init__(self, folder, certificate, *options, host="127.0.0.1"):
        super().__init__(folder, ["--tls-cert", str(certificate.certificate), "--tls-key", str(certificate.key), *options])
        self.certificate = certificate
        self.host = host

    def connect(self):
        context = ssl.create_default_context(cafile=self.certificate.certificate)
        return http.client.HTTPSConnection("127.0.0.1", self.port, timeout=30, context=context)

    def is_ready(self):
        assert self.process.poll() is None, self.log()[-4000:]
        try:
            return self.get("/readyz") == 200
        except OSError:
            return False

    def get(self, path, connection=None):
        connection = connection or self.connect()
        connection.request("GET", path)
        answer = connection.getresponse()
        answer.read()
        return answer.status

    def shown_name(self):
        with socket.create_connection(("127.0.0.1", self.port), timeout=30) as plain:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
            with context.wrap_socket(plain) as wrapped:
                shown = x509.load_der_x509_certificate(wrapped.getpeercert(binary_form=True))
        return shown.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)[0].value

    @property
    def url(self):
        return f"https://127.0.0.1:{self.port}"


@pytest.fixture
def certificate(tmp_path):
    return Certificate(tmp_path)


@pytest.fixture
def tls_daemon(tmp_path, certificate):
    daemon = TlsDaemon(tmp_path, certificate).start()
    yield daemon
    daemon.cleanup()


def test_an_sdk_talks_to_it_over_tls(tls_daemon, certificate):
    import boto3

    client = boto3.client("cloudtrail", endpoint_url=tls_daemon.url, region_name="us-east-1", verify=str(certificate.certificate),
                          aws_access_key_id=tls_daemon.key[0], aws_secret_access_key=tls_daemon.key[1])
    assert client.describe_trails()["trailList"] == []
    event = eventually(lambda: client.lookup_events(
        LookupAttributes=[{"AttributeKey": "EventName", "AttributeValue": "DescribeTrails"}])["Events"])[0]
    assert '"tlsVersion":"TLSv1.' in event["CloudTrailEvent"]


def test_a_new_certificate_is_taken_on_sighup_and_connections_stay(tls_daemon, certificate):
    old = tls_daemon.connect()
    assert tls_daemon.get("/healthz", old) == 200
    assert tls_daemon.shown_name() == "first"
    certificate.make("second")
    assert tls_daemon.shown_name() == "first"
    tls_daemon.process.send_signal(signal.SIGHUP)
    eventually(lambda: tls_daemon.shown_name() == "second")
    assert tls_daemon.get("/healthz", old) == 200, "the connection from before must go on"


def test_a_broken_certificate_is_reported_and_the_old_one_stays(tls_daemon, certificate):
    good = certificate.certificate.read_bytes()
    certificate.certificate.write_text("no certificate")
    tls_daemon.process.send_signal(signal.SIGHUP)
    eventually(lambda: "level=error" in tls_daemon.log() or "level=warning" in tls_daemon.log())
    assert tls_daemon.shown_name() == "first"
    certificate.certificate.write_bytes(good)


def test_plain_http_at_the_tls_port_does_no_harm(tls_daemon):
    connection = http.client.HTTPConnection("127.0.0.1", tls_daemon.port, timeout=30)
    with pytest.raises((OSError, http.client.HTTPException)):
        connection.request("GET", "/healthz")
        connection.getresponse()
    assert tls_daemon.get("/healthz") == 200


def serve(tmp_path, *arguments):
    return cairn_daemon.run_command([cairn_daemon.binary(), "serve", "--data", tmp_path / "data", *arguments],
                                    cairn_daemon.plain_environment(), check=False, timeout_s=60)


@pytest.mark.parametrize("half", ["--tls-cert", "--tls-key"])
def test_half_a_certificate_starts_nothing(tmp_path, certificate, half):
    done = serve(tmp_path, "--listen", "127.0.0.1:0", half, str(certificate.certificate))
    assert done.returncode > 0
    assert "tls-" in done.stderr


def test_a_certificate_that_is_not_there_is_named(tmp_path):
    done = serve(tmp_path, "--listen", "127.0.0.1:0", "--tls-cert", "nowhere.pem", "--tls-key", "nowhere.key")
    assert done.returncode > 0
    assert "nowhere" in done.stderr


def test_plain_http_beyond_loopback_needs_to_be_asked_for(tmp_path):
    assert "insecure-http" in serve(tmp_path, "--listen", "0.0.0.0:0").stderr
    daemon = cairn_daemon.Daemon(tmp_path, ["--insecure-http"])
    daemon.options += ["--listen", f"0.0.0.0:{daemon.port}"]
    try:
        daemon.start()
        assert daemon.request("GET", "/healthz", sign=None).status == 200
    finally:
        if daemon.process:
            daemon.cleanup()
