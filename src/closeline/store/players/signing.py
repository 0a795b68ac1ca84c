"""Signing: the key of a desk's own models, kept in a file beside its data and never in the record.

A signature says that a model was trained by whoever holds the key, not by whoever could write to the database. The
public half is what models are held against; a copy of the key file lets another machine of the same desk read them.
"""

import os
from base64 import b64decode, b64encode
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from closeline.domain.errors import BadInput, NotFound, UnreadableFile

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

FILE = "prop_models.key"
_LENGTH = 32
_MISSING = "props need their libraries: install closeline[props]"


@dataclass(frozen=True, slots=True)
class SigningKey:
    """An Ed25519 key; its text never shows the secret half."""

    secret: bytes

    @property
    def public(self) -> str:
        """Return the public half, base64: what may be shown to anybody."""
        return _text(_private(self.secret).public_key().public_bytes_raw())

    def sign(self, content: bytes) -> str:
        """Return the signature of bytes, base64; the same bytes have the same one (RFC 8032)."""
        return _text(_private(self.secret).sign(content))

    def __repr__(self) -> str:
        """Show the public half alone."""
        return f"SigningKey(public={self.public!r})"


def verified(public: str, content: bytes, signature: str) -> bool:
    """Say whether `signature` was made of these bytes by the key whose public half this is."""
    try:
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    except ImportError:
        raise BadInput(_MISSING) from None
    try:
        Ed25519PublicKey.from_public_bytes(b64decode(public, validate=True)).verify(
            b64decode(signature, validate=True), content
        )
    except (InvalidSignature, ValueError):
        return False
    return True


def read_key(path: Path) -> SigningKey:
    """Return the key in a file; raises NotFound where there is none, UnreadableFile where it holds something else."""
    try:
        content = b64decode(path.read_text().strip(), validate=True)
    except FileNotFoundError:
        message = f"the key of this desk's prop models must be at {path}, there was none"
        raise NotFound(f"{message}; train with closeline props train, or copy the key of the desk that did") from None
    except (OSError, ValueError) as fault:
        raise UnreadableFile(f"the key of prop models must be readable at {path}, was not: {fault}") from None
    if len(content) != _LENGTH:
        raise UnreadableFile(f"the key of prop models at {path} must be {_LENGTH} bytes, was {len(content)}")
    return SigningKey(content)


def made_key(path: Path, new_secret: Callable[[], bytes]) -> SigningKey:
    """Return the key in a file, made at the first asking; only its owner may read it.

    new_secret: gives 32 random bytes. Where two ask at once, both get the key of the one who came first.
    """
    if not path.exists():
        secret = SigningKey(new_secret())
        # Made whole under another name and then linked: nobody ever reads half a key, and nobody's key is replaced.
        part = path.with_name(f"{path.name}.{secret.public[:8].replace('/', '_')}.part")
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                file.write(_text(secret.secret) + "\n")
            # Where somebody else was first, theirs it is.
            with suppress(FileExistsError):
                os.link(part, path)
        finally:
            part.unlink(missing_ok=True)
    return read_key(path)


def _text(content: bytes) -> str:
    return b64encode(content).decode()


def _private(secret: bytes) -> "Ed25519PrivateKey":
    try:
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    except ImportError:
        raise BadInput(_MISSING) from None
    return Ed25519PrivateKey.from_private_bytes(secret)
