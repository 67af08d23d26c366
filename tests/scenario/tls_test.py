# SPDX-License-Identifier: Apache-2.0
"""TLS from certificate files, read again on SIGHUP; plain HTTP only on loopback unless told otherwise."""
import http.client
import signal

import pytest

import cairn_daemon
from cairn_daemon import eventually
from tls import Certificate, TlsDaemon


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
