"""Bodies of answers: unpacked piece by piece within bounds, and looked at before anybody reads them."""

import zlib
from collections.abc import Iterable

from closeline.domain.feeds.fetching import CallOutcome
from closeline.providers.fetch.hosts import Content
from closeline.providers.strict_json import looks_like_json

# Vendors' JSON packs ten to forty to one; a bomb packs a thousand to one.
RATIO_MAX = 200
_RATIO_COUNTS_FROM = 1024 * 1024
_PIECE = 64 * 1024
_BOM = b"\xef\xbb\xbf"
_PACKED = {"": False, "identity": False, "gzip": True, "x-gzip": True}


class BadBody(Exception):
    """A body that is too big or cannot be unpacked: the outcome, and one line about it."""

    def __init__(self, outcome: CallOutcome, fault: str) -> None:
        """Say what it was."""
        super().__init__(fault)
        self.outcome, self.fault = outcome, fault


def unpacked(pieces: Iterable[bytes], encoding: str, size_max: int) -> bytes:
    """Return a whole body, unpacked; raises BadBody as soon as it cannot be one.

    No more than `size_max` bytes and one piece are ever held.
    """
    packed = _PACKED.get(encoding.strip().lower())
    if packed is None:
        raise BadBody(CallOutcome.UNREADABLE, f"body must be plain or gzip, was {ascii(encoding)[:40]}")
    return _gunzipped(pieces, size_max) if packed else _plain(pieces, size_max)


def _plain(pieces: Iterable[bytes], size_max: int) -> bytes:
    held = bytearray()
    for piece in pieces:
        held += piece
        _check_size(len(held), size_max)
    return bytes(held)


def _gunzipped(pieces: Iterable[bytes], size_max: int) -> bytes:
    unpack = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)
    held, taken = bytearray(), 0
    try:
        for piece in pieces:
            taken += len(piece)
            rest = piece
            while rest and not unpack.eof:
                held += unpack.decompress(rest, _PIECE)
                rest = unpack.unconsumed_tail
                _check_size(len(held), size_max)
                _check_ratio(len(held), taken)
            if unpack.unused_data:
                raise BadBody(CallOutcome.UNREADABLE, "gzip body must end where it ends, was followed by more")
    except zlib.error as fault:
        raise BadBody(CallOutcome.UNREADABLE, f"body must be gzip, as it says, was not: {fault}") from fault
    if not unpack.eof:
        raise BadBody(CallOutcome.UNREADABLE, "gzip body must be whole, ended early")
    return bytes(held)


def _check_size(size: int, size_max: int) -> None:
    if size > size_max:
        raise BadBody(CallOutcome.TOO_BIG, f"body must be at most {size_max} bytes, was more")


def _check_ratio(size: int, taken: int) -> None:
    if size > _RATIO_COUNTS_FROM and size > RATIO_MAX * taken:
        raise BadBody(CallOutcome.TOO_BIG, f"body must unpack at most {RATIO_MAX} to one, did more")


def strangeness(body: bytes, content: Content) -> str:
    """Return why a body cannot be what was asked for, empty when it may be: a page, another encoding, nothing."""
    text = body.removeprefix(_BOM)
    if not text.strip():
        return "answer must hold something, was empty"
    if content is Content.TABLE and text.startswith(b"PAR1"):
        return ""
    if b"\x00" in text or not _is_utf8(text):
        return "answer must be UTF-8 text, was not"
    if content is Content.JSON and not looks_like_json(body):
        return f"answer must be JSON, began {_beginning(text)}"
    if content is Content.TABLE and text.lstrip()[:1] in (b"<", b"{", b"["):
        return f"answer must be a table, began {_beginning(text)}"
    return ""


def _is_utf8(text: bytes) -> bool:
    try:
        text.decode()
    except UnicodeDecodeError:
        return False
    return True


def _beginning(text: bytes) -> str:
    return ascii(text.lstrip()[:16].decode("latin-1"))
