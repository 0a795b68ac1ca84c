"""The border to readers that are not ours: whatever they raise becomes one line that a user can act on."""

from collections.abc import Iterator
from contextlib import contextmanager

from closeline.domain.errors import BadInput, UnreadableFile

SIZE_MAX = 64 * 1024 * 1024
_DETAIL_LENGTH_MAX = 120


@contextmanager
def reading(kind: str, name: str) -> Iterator[None]:
    """Turn every fault of a foreign reader into UnreadableFile; our own errors pass as they are."""
    try:
        yield
    except BadInput:
        raise
    except Exception as fault:
        raise _unreadable(kind, name, fault) from fault
    except BaseException as fault:
        # A panic inside a compiled reader does not descend from Exception, and is no reason to end the
        # program.
        if type(fault).__name__ != "PanicException":
            raise
        raise _unreadable(kind, name, fault) from fault


def check_size(content: bytes, name: str) -> None:
    """Refuse what is larger than any feed of this kind."""
    if len(content) > SIZE_MAX:
        raise UnreadableFile(f"{name} must be at most {SIZE_MAX} bytes, was {len(content)}")


def _unreadable(kind: str, name: str, fault: BaseException) -> UnreadableFile:
    detail = " ".join(str(fault).split())[:_DETAIL_LENGTH_MAX]
    return UnreadableFile(f"{name} must be a readable {kind}, was not: {detail or type(fault).__name__}")
