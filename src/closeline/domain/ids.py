"""Names: content hashes for what never changes, canonical text for what is hashed."""

import hashlib
import json
from collections.abc import Iterable


def canonical_json(value: object) -> str:
    """Write `value` as the one JSON text that it has: sorted keys, no spaces, floats by their shortest text."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def content_id(*parts: object) -> str:
    """Return the name of an immutable record: 128 bits of the SHA-256 of its parts, in hex.

    Parts are joined by the unit separator, so that no two different tuples of texts share a name by accident.
    """
    return hashlib.sha256("\x1f".join(map(str, parts)).encode()).hexdigest()[:32]


def sha256_hex(content: bytes) -> str:
    """Return the SHA-256 of bytes, in hex."""
    return hashlib.sha256(content).hexdigest()


def hash_lines(lines: Iterable[str]) -> str:
    """Return the SHA-256 of lines sorted by code point, each ended by a newline."""
    digest = hashlib.sha256()
    for line in sorted(lines):
        digest.update(line.encode())
        digest.update(b"\n")
    return digest.hexdigest()
