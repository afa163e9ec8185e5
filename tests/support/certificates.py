"""A certificate authority of the tests' own, and leaves for loopback names."""

import datetime
import ipaddress
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

LOOPBACK = ("127.0.0.1", "::1", "localhost")


class CertificateAuthority:
    """Makes `ca.pem` in `directory` and certificates that it signs. P-256 keys, valid from `since` (yesterday) for `days`
    from now."""

    def __init__(self, directory, name="keyferry test CA", since=None, days=30):
        self.directory, self._since = Path(directory), since
        self.directory.mkdir(parents=True, exist_ok=True)
        self.path = self.directory / "ca.pem"
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        self._key = ec.generate_private_key(ec.SECP256R1())
        certificate = (_builder(self._name, self._name, self._key.public_key(), days, since)
                       .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
                       .add_extension(_usage(key_cert_sign=True, crl_sign=True), critical=True)
                       .sign(self._key, hashes.SHA256()))
        self.path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))

    def issue(self, directory, names=LOOPBACK, days=30, stem=""):
        """Writes `cert.pem` and `key.pem` (with `stem` before) into `directory`; returns both paths."""
        directory = Path(directory)
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0])])
        certificate = (_builder(subject, self._name, key.public_key(), days, self._since)
                       .add_extension(x509.SubjectAlternativeName([_name(name) for name in names]), critical=False)
                       .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
                       .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
                       .sign(self._key, hashes.SHA256()))
        cert_path, key_path = directory / f"{stem}cert.pem", directory / f"{stem}key.pem"
        cert_path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        key_path.touch(mode=0o600)
        key_path.write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                                               serialization.NoEncryption()))
        return cert_path, key_path


def _builder(subject, issuer, public_key, days, since):
    now = datetime.datetime.utcnow()
    return (x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(public_key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(since or now - datetime.timedelta(days=1))
            .not_valid_after(now + datetime.timedelta(days=days)))


def _usage(**on):
    names = ("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
             "key_cert_sign", "crl_sign", "encipher_only", "decipher_only")
    return x509.KeyUsage(**{name: on.get(name, False) for name in names})


def _name(name):
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)
