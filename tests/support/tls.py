# SPDX-License-Identifier: Apache-2.0
"""Certificates, and a daemon that uses one."""
import datetime
import http.client
import ipaddress
import socket
import ssl

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

import cairn_daemon


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
