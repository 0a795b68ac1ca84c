"""Senses: the time, and names that nobody can guess. The one place that asks the machine for either."""

import secrets
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from closeline.tenancy import keys, people

if TYPE_CHECKING:
    pass


def clock() -> datetime:
    """Return the time, aware and in UTC: the one place that asks for it."""
    return datetime.now(UTC)


def disk_free(folder: Path) -> float | None:
    """Return the share of a folder's disk that is free; null where it cannot be measured."""
    try:
        found = shutil.disk_usage(folder)
    except OSError:
        return None
    return found.free / found.total if found.total else None


def new_secret() -> keys.NewSecret:
    """Return the random parts of a new API key: 48 bits to name it and 256 to open with."""
    return keys.NewSecret(f"{keys.PREFIX}{secrets.token_hex(6)}", secrets.token_urlsafe(32))


def new_key() -> bytes:
    """Return 32 random bytes: the secret half of a key that signs a desk's own models."""
    return secrets.token_bytes(32)


def new_reference() -> str:
    """Return a random reference for a person: it says nothing of them, and is nobody else's."""
    return f"{people.PREFIX}{secrets.token_hex(8)}"


def new_name() -> str:
    """Return a random name for what happens once, such as a call."""
    return secrets.token_hex(8)
