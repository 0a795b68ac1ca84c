"""Signatures of webhooks: who sent it, when, and that not a byte was changed on the way.

The header reads `t=<seconds since 1970>,v1=<hex>`, with one `v1` for each secret that is valid: while a secret is being
replaced there are two, and a receiver that knows either accepts. Each is HMAC-SHA256 over `<t>.<body>`.
"""

import hmac
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

HEADER = "Closeline-Signature"
ID_HEADER = "Closeline-Id"
# Of two secrets at a time the first is the new one; more would mean that an old one was forgotten.
SECRETS_MAX = 2
SECRET_BYTES_MIN = 32
# A receiver refuses what is older than this: a recorded call cannot be played to it again later.
OLDEST = timedelta(minutes=5)


def signed(body: bytes, secrets: Sequence[str], at: datetime) -> str:
    """Return the header's value. Raises ValueError without a secret, for too many and for a short one."""
    if not 1 <= len(secrets) <= SECRETS_MAX or any(len(secret.encode()) < SECRET_BYTES_MIN for secret in secrets):
        raise ValueError(f"webhook secrets must be 1 or {SECRETS_MAX}, of {SECRET_BYTES_MIN} bytes or more")
    moment = str(int(at.timestamp()))
    return ",".join([f"t={moment}", *(f"v1={_digest(body, secret, moment)}" for secret in secrets)])


def is_ours(header: str, body: bytes, secrets: Sequence[str], at: datetime) -> bool:
    """Say whether a call came from who holds one of the secrets, unchanged and not long ago: for a receiver."""
    parts = [part.partition("=") for part in header.split(",")]
    moments = [value for name, _, value in parts if name == "t"]
    told = [value for name, _, value in parts if name == "v1"]
    if len(moments) != 1 or not (moments[0].isascii() and moments[0].isdigit() and len(moments[0]) <= 12):
        return False
    if abs(at - datetime.fromtimestamp(int(moments[0]), UTC)) > OLDEST:
        return False
    # Each is compared with each, whatever was found before: how long it takes tells nothing.
    found = [
        hmac.compare_digest(_digest(body, secret, moments[0]), value.encode("ascii", "replace").decode())
        for secret in secrets
        for value in told[:SECRETS_MAX]
    ]
    return any(found)


def _digest(body: bytes, secret: str, moment: str) -> str:
    return hmac.new(secret.encode(), f"{moment}.".encode() + body, "sha256").hexdigest()
