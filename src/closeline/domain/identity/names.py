"""Spellings of names: one fold, so that every comparison of names is the same comparison."""

import unicodedata
from functools import lru_cache

# Separators, punctuation, and what takes no room (marks of direction, zero-width joiners, control
# characters). Letters, digits, accents and symbols stay: an emoji or a Cyrillic look-alike must not fold into
# a known name.
_DROPPED = frozenset({"Cc", "Cf", "Pc", "Pd", "Pe", "Pf", "Pi", "Po", "Ps", "Zl", "Zp", "Zs"})

_NAME_LENGTH_MAX = 80


def fold(spelling: str) -> str:
    """Return a spelling in the form in which names are compared: NFC, caseless, no punctuation, no spaces.

    `San José St.`, `SAN JOSÉ ST` and `SanJoséSt` fold alike; accents are kept, so `San Jose St` needs an
    alias.
    """
    return _remembered(spelling) if len(spelling) <= _NAME_LENGTH_MAX else _folded(spelling)


def _folded(spelling: str) -> str:
    caseless = unicodedata.normalize("NFC", spelling).casefold()
    kept = "".join(letter for letter in caseless if unicodedata.category(letter) not in _DROPPED)
    return unicodedata.normalize("NFC", kept)


# Every table of aliases is read from the same few thousand spellings; only names are kept, never a long hostile text.
_remembered = lru_cache(maxsize=16_384)(_folded)


def storable(text: str) -> str:
    """Return text that every database can hold: a NUL, which PostgreSQL refuses, becomes the replacement character."""
    return text.replace("\x00", "\ufffd")
