"""Leaves: what of a publication anybody may be shown at once, and the promise of the rest, in one canonical text."""

import json
from collections.abc import Mapping

from closeline.domain.ids import sha256_hex

PICK = "PICK"
# A pick has so little entropy that its bare hash is guessed by trying: the salt, shown with the pick, prevents that.
SALT_LENGTH = 64
_LEAF = b"\x00"

Plain = str | int | bool | None


def commitment(salt: str, pick: Mapping[str, Plain]) -> str:
    """Return the promise of a pick that is hidden until its game begins: SHA-256 of the salt's bytes and its text."""
    return sha256_hex(bytes.fromhex(salt) + _ascii(pick).encode())


def leaf(*, index: int, committed: str, starts_at: int, stake: int, at: int, tenant_id: str) -> str:
    """Return the canonical text of a publication's leaf.

    Its own number is inside, and start and stake are public: who withholds a leaf is seen to withhold it. Times are
    microseconds since 1970, the stake millionths of a unit.
    """
    told: dict[str, Plain] = {
        "t": PICK, "i": index, "c": committed, "start": starts_at, "stake": stake, "at": at, "tenant": tenant_id,
    }  # fmt: skip
    return _ascii(told)


def leaf_hash(text: str) -> str:
    """Return the hash of a leaf as RFC 6962 has it: SHA-256 of a zero byte and the text."""
    return sha256_hex(_LEAF + text.encode())


def _ascii(told: Mapping[str, Plain]) -> str:
    return json.dumps(dict(told), sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)
