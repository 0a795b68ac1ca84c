"""What a reader asked of the board page: the fields of its form, read from the address.

An address that somebody changed by hand still shows a board: what cannot be read is left out, and the page says so.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from closeline.domain.board.filters import BoardFilter
from closeline.domain.leagues import League
from closeline.domain.markets import MarketType

SORTS = {"ev": "expected value", "start": "start of the game"}
SHOWN = {"best": "best price of each side", "all": "every book"}
_TEXT_MAX = 100
_NAME_MAX, _UNKNOWN_TOLD = 40, 3


@dataclass(frozen=True, slots=True)
class Asked:
    """The form as it stands; `refused` are the fields that could not be read, in words."""

    league: str = ""
    market: str = ""
    book: str = ""
    min_ev: str = ""
    prices: str = "best"
    sort: str = "ev"
    page: int = 1
    refused: tuple[str, ...] = ()

    @property
    def wanted(self) -> BoardFilter:
        """Return the filter that the form means."""
        return BoardFilter(
            league=League(self.league) if self.league else None, market=self.market or None, book=self.book or None,
            min_ev=float(self.min_ev) / 100 if self.min_ev else None, best=self.prices == "best" and not self.book,
        )  # fmt: skip

    def address(self, **other: object) -> str:
        """Return the address of the same form, with other values where they are given."""
        fields = {
            name: getattr(self, name) for name in ("league", "market", "book", "min_ev", "prices", "sort", "page")
        }
        usual = Asked()
        fields |= other
        return "/?" + urlencode({name: value for name, value in fields.items() if value != getattr(usual, name)})

    def stream(self, edition: str) -> str:
        """Return the address of the changes of what is shown, since an edition."""
        wanted = self.wanted
        fields = {
            "league": wanted.league, "market": wanted.market, "book": wanted.book, "min_ev": wanted.min_ev,
            "best": "true" if wanted.best else None, "since": edition,
        }  # fmt: skip
        return "/api/board/stream?" + urlencode({name: value for name, value in fields.items() if value is not None})


def asked_of(query: Mapping[str, str]) -> Asked:
    """Read the form from the query of an address."""
    found, refused = Asked(), []
    readers: dict[str, Callable[[str], Any]] = {
        "league": _one_of("League", set(League)), "market": _one_of("Market", set(MarketType)), "book": _text,
        "min_ev": _percent, "prices": _one_of("Prices", set(SHOWN)), "sort": _one_of("Order", set(SORTS)),
        "page": _page,
    }  # fmt: skip
    for name, read in readers.items():
        text = query.get(name, "").strip()
        if not text:
            continue
        try:
            found = replace(found, **{name: read(text)})
        except ValueError as fault:
            refused.append(str(fault))
    unknown = sorted(name for name in query if name not in readers)
    if unknown:
        told = ", ".join(f"{name[:_NAME_MAX]!a}" for name in unknown[:_UNKNOWN_TOLD])
        refused.append(f"Fields must be {', '.join(readers)}, was {told}")
    return replace(found, refused=tuple(refused))


def _one_of(label: str, known: set[str]) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text not in known:
            raise ValueError(f"{label} must be one of the list, was another")
        return text

    return read


def _text(text: str) -> str:
    if len(text) > _TEXT_MAX or not text.isprintable():
        raise ValueError("Book must be the name of a book, was longer than any")
    return text


def _percent(text: str) -> str:
    try:
        value = float(text.replace(",", ".").replace("−", "-"))
    except ValueError:
        value = math.nan
    if not -100 <= value <= 100_000:
        raise ValueError("Expected value must be a percentage from −100 to 100000, was another text")
    return f"{value:g}"


def _page(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text[:9]) <= 10_000:
        raise ValueError("Page must be a number from 1, was another text")
    return int(text)
