"""The showcase: the newest edition, those before it that somebody may still be looking at, and answers made of them."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock
from typing import TypeVar

from closeline.domain.board import Board, Row
from closeline.domain.board.changes import Changes, changes_of_rows, named
from closeline.domain.board.editions import Edition, ShelfHealth
from closeline.domain.board.filters import EVERYTHING, BoardFilter, part
from closeline.domain.ids import sha256_hex
from closeline.domain.ports import BoardShelf
from closeline.schemas.board.writing import dumped, packed, plain_changes, plain_page

# At an edition a minute, a client that was away for a quarter of an hour is told what it missed.
EDITIONS_KEPT = 16
# Of filtered boards, pages and changes: what is asked for often is made once, and what strangers make up is forgotten.
ANSWERS_KEPT = 128
# And so many bytes of them, as `weight` reckons: a filter that lets nearly everything pass is a whole board.
ANSWERS_BYTES_MAX = 48 * 1024 * 1024
# What a row costs beside the row itself, which its edition holds: a place, and in a table of names the name too.
_PLACE_BYTES, _NAMED_BYTES = 16, 320

NOTHING_YET = b'{"edition":"0","version":0,"made_at":null,"synthetic":false,"total":0,"events":[],"rows":[],"opportunities":[],"next_cursor":null}'  # fmt: skip  # noqa: E501 -- the one line that it is

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Prepared:
    """An answer ready to be sent: `edition` names what it was made of, `etag` this very answer."""

    edition: str
    etag: str
    content: bytes
    packed: bytes


EMPTY = Prepared("0", '"0"', NOTHING_YET, packed(NOTHING_YET))


class Showcase:
    """Shows what lies on a shelf. Safe to be asked by many threads at a time; nothing that it gives ever changes."""

    def __init__(self, shelf: BoardShelf | None) -> None:
        """Show a shelf; without one, there is no board."""
        self._shelf = shelf
        self._lock = Lock()
        self._newest: Edition | None = None
        self._whole = EMPTY
        self._editions: OrderedDict[str, Edition] = OrderedDict()
        self._answers: OrderedDict[tuple[object, ...], object] = OrderedDict()
        self._bytes = 0

    def newest(self) -> Edition | None:
        """Return the newest edition; None before the first."""
        found = None if self._shelf is None else self._shelf.edition()
        if found is not None and found is not self._newest:
            self._take(found)
        return found

    def whole(self) -> Prepared:
        """Return the whole newest board: no more than a look."""
        self.newest()
        return self._whole

    def kept(self, name: str) -> Edition | None:
        """Return the edition of a name, if it is still kept."""
        return self._editions.get(name)

    def health(self) -> ShelfHealth:
        """Say how the shelf does."""
        return ShelfHealth("none") if self._shelf is None else self._shelf.health()

    def part(self, edition: Edition, wanted: BoardFilter) -> Board:
        """Return the part of an edition's board that somebody wants."""
        if wanted == EVERYTHING:
            return edition.board
        return self._once(("part", edition.name, wanted), lambda: part(edition.board, wanted))

    def page(
        self, edition: Edition, wanted: BoardFilter, *, first: int = 0, limit: int | None = None,
        cursor: str | None = None,
    ) -> Prepared:  # fmt: skip
        """Return the rows that are wanted, from the `first` on and at most `limit`; `cursor` leads to the next ones."""

        def made() -> Prepared:
            board = self.part(edition, wanted)
            rows = board.rows[first:] if limit is None else board.rows[first : first + limit]
            content = dumped(plain_page(board, rows, edition=edition.name, next_cursor=cursor))
            etag = f'"{edition.name}-{sha256_hex(content)[:12]}"'
            return Prepared(edition.name, etag, content, packed(content))

        return self._once(("page", edition.name, wanted, first, limit, cursor), made)

    def changes(self, old: Edition, new: Edition, wanted: BoardFilter = EVERYTHING) -> Changes:
        """Return what makes the wanted part of an edition of that of an older one."""

        def made() -> Changes:
            before, after = self.part(old, wanted), self.part(new, wanted)
            return changes_of_rows(before, self._named(old, wanted), after, self._named(new, wanted))

        return self._once(("changes", old.name, new.name, wanted), made)

    def news(self, old: Edition, new: Edition, wanted: BoardFilter = EVERYTHING) -> bytes:
        """Return changes as the bytes that every client of the same filter is sent."""

        def made() -> bytes:
            cards = {card.event_id: card for card in new.board.events}
            found = self.changes(old, new, wanted)
            return dumped(plain_changes(found, cards, since=old.name, edition=new.name))

        return self._once(("news", old.name, new.name, wanted), made)

    def _named(self, edition: Edition, wanted: BoardFilter) -> dict[str, Row]:
        return self._once(("rows", edition.name, wanted), lambda: named(self.part(edition, wanted).rows))

    def _take(self, edition: Edition) -> None:
        with self._lock:
            self._whole = Prepared(edition.name, edition.etag, edition.content, edition.packed)
            self._newest = edition
            self._editions[edition.name] = edition
            self._editions.move_to_end(edition.name)
            while len(self._editions) > EDITIONS_KEPT:
                old, _ = self._editions.popitem(last=False)
                # What was made of it would hold its rows for as long.
                for key in [key for key in self._answers if old in key[1:3]]:
                    self._forget(key)

    def _once(self, key: tuple[object, ...], make: Callable[[], Answer]) -> Answer:
        """Return what was made of a key before, or make it. Two at a time may both make it: it comes out the same."""
        with self._lock:
            if key in self._answers:
                self._answers.move_to_end(key)
                return self._answers[key]  # type: ignore[return-value]
        made = make()
        with self._lock:
            if key not in self._answers:
                self._answers[key] = made
                self._bytes += weight(made)
            while len(self._answers) > ANSWERS_KEPT or self._bytes > ANSWERS_BYTES_MAX:
                self._forget(next(iter(self._answers)))
        return made

    def _forget(self, key: tuple[object, ...]) -> None:
        self._bytes -= weight(self._answers.pop(key))


def weight(made: object) -> int:
    """Reckon how many bytes an answer keeps from being freed, the rows left out, which their edition holds."""
    match made:
        case Prepared():
            return len(made.content) + len(made.packed)
        case bytes():
            return len(made)
        case Board():
            return _PLACE_BYTES * (len(made.rows) + len(made.events))
        case dict():
            return _NAMED_BYTES * len(made)
        case Changes():
            names = len(made.removed) + sum(len(again) for _, again in made.seen)
            return _PLACE_BYTES * (len(made.added) + len(made.changed)) + _NAMED_BYTES * names
        case _:
            return _NAMED_BYTES
