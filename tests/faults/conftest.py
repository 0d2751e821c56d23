"""What the tests of faults are given."""

from __future__ import annotations

import datetime as dt
import ssl

import pytest
import trustme
from telling import Offices


@pytest.fixture(scope="session")
def offices(tmp_path_factory: pytest.TempPathFactory) -> Offices:
    return Offices(tmp_path_factory.mktemp("offices"))


class Certificates:
    """Server contexts of every kind; only `good` is one to go on with."""

    def __init__(self, trusted: trustme.CA) -> None:
        past = dt.datetime.now(dt.UTC) - dt.timedelta(days=1)
        self.good = _context(trusted.issue_cert("127.0.0.1"))
        self.expired = _context(trusted.issue_cert("127.0.0.1", not_after=past))
        self.wrong_name = _context(trusted.issue_cert("other.example"))
        self.nobody_vouches = _context(trustme.CA().issue_cert("127.0.0.1"))


def _context(certificate: trustme.LeafCert) -> ssl.SSLContext:
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(made)
    return made


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="session")
def all_certificates(authority: trustme.CA) -> Certificates:
    return Certificates(authority)


@pytest.fixture
def certificates(
    authority: trustme.CA,
    all_certificates: Certificates,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> Certificates:
    """The certificates, with their authority trusted for as long as the test lasts."""
    trusted = tmp_path_factory.getbasetemp() / "trusted.pem"
    authority.cert_pem.write_to_path(str(trusted))
    monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
    return all_certificates
