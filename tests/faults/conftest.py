"""What the tests of faults are given."""

from __future__ import annotations

import os
import ssl
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import trustme
from telling import Offices

IN_MEMORY = Path("/dev/shm")


@pytest.fixture(scope="session")
def offices() -> Iterator[Offices]:
    # Not on a disk, where there is such a place: no row here is about a power cut, and each
    # commit would wait for the disk.
    place = IN_MEMORY if os.access(IN_MEMORY, os.W_OK) else None
    with tempfile.TemporaryDirectory(dir=place, prefix="offices-") as folder:
        yield Offices(Path(folder))


class Certificates:
    """Server contexts of every kind; only `good` is one to go on with."""

    def __init__(self, trusted: trustme.CA) -> None:
        past = datetime.now(UTC) - timedelta(days=1)
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
