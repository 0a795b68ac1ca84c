"""Fault 13 over TLS: a certificate that was good once is good no longer, and nothing is said to whoever shows it."""

import shutil
import ssl
import subprocess
from pathlib import Path

import httpcore2
import pytest

from closeline.domain.feeds.fetching import CallOutcome, Fetched
from tests.providers.vendors import Vendor, an_item, answer, fetcher_for

PROGRAM = shutil.which("openssl")
pytestmark = pytest.mark.skipif(PROGRAM is None, reason="openssl makes the certificates, and is not here")
DATES = {"expired": ("20200101000000Z", "20200201000000Z"), "valid": ("20200101000000Z", "20991231000000Z")}
RULES = """
[ca]
default_ca = own
[own]
database = {folder}/index
new_certs_dir = {folder}
rand_serial = yes
default_md = sha256
policy = any
x509_extensions = of_host
[any]
commonName = supplied
[of_host]
subjectAltName = IP:127.0.0.1
basicConstraints = CA:TRUE
[req]
distinguished_name = name
[name]
"""


def certificate(folder: Path, dates: tuple[str, str]) -> tuple[Path, Path]:
    """Make a key and a certificate that vouches for itself between two dates; give their files."""
    rules, key, asked, cert = (folder / name for name in ("rules", "key.pem", "asked.pem", "cert.pem"))
    rules.write_text(RULES.format(folder=folder))
    (folder / "index").touch()
    asking = ["-new", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=127.0.0.1", "-config", str(rules)]
    run("req", *asking, "-keyout", str(key), "-out", str(asked))
    signing = ["-batch", "-selfsign", "-config", str(rules), "-in", str(asked), "-keyfile", str(key), "-notext"]
    run("ca", *signing, "-startdate", dates[0], "-enddate", dates[1], "-out", str(cert))
    return key, cert


def run(*command: str) -> None:
    subprocess.run([str(PROGRAM), *command], check=True, capture_output=True, timeout=30)


def called(folder: Path, dates: tuple[str, str], monkeypatch: pytest.MonkeyPatch, *, checks: bool = True) -> Fetched:
    """Call a vendor that shows such a certificate, which the caller trusts but for its dates."""
    key, cert = certificate(folder, dates)
    shown = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    shown.load_cert_chain(cert, key)
    trusting = ssl.create_default_context(cafile=str(cert))
    if not checks:
        trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
    monkeypatch.setattr(httpcore2, "default_ssl_context", lambda: trusting)
    with Vendor(answer(), tls=shown) as vendor:
        fetcher = fetcher_for(vendor.base.replace("http", "https"))
        try:
            return fetcher.fetch(an_item())
        finally:
            fetcher.close()


def test_a_certificate_that_is_valid_is_answered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert called(tmp_path, DATES["valid"], monkeypatch).outcome is CallOutcome.OK


def test_a_certificate_that_has_expired_ends_the_call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fetched = called(tmp_path, DATES["expired"], monkeypatch)

    assert (fetched.outcome, fetched.payload) == (CallOutcome.UNREACHABLE, None)
    assert fetched.fault == "host must be reachable, was not: SSLCertVerificationError"


def test_without_the_check_an_expired_certificate_is_as_good_as_any(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert called(tmp_path, DATES["expired"], monkeypatch, checks=False).outcome is CallOutcome.OK
