"""The chain, verified from its first row: whatever was changed, taken out, put in or moved is named by its number.

A row is told by three witnesses: its own hash, the row behind it, which repeats that hash, and its number. Where they
disagree the two that agree are believed, so that a change is found at its own row and not at the next one.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, bindparam, cast, select, text
from sqlalchemy.types import LargeBinary

from closeline.store.events import GENESIS, link
from closeline.store.session import Session
from closeline.store.tables.columns import BIG
from closeline.store.tables.governance import event_log, reaction_cursor
from closeline.store.tables.governance import job_run as run_of_job

_TEXTS = ("chain", "name", "body", "actor", "previous_hash", "hash", "subject", "before_hash", "after_hash", "why")
_NUMBERS = ("seq", "at")
_CURSOR = select(reaction_cursor.c.seq).where(reaction_cursor.c.chain == bindparam("chain"))
_SLOTS = select(run_of_job.c.slot).where(run_of_job.c.slot.startswith(bindparam("start")))
_CHAINS = select(event_log.c.chain).distinct()


@dataclass(frozen=True, slots=True)
class Link:
    """A row of the log as its bytes are, whether or not they are a text that may stand there."""

    chain: str
    seq: int
    name: str
    body: str
    actor: str
    at: int
    previous_hash: str
    hash: str
    subject: str | None = None
    before_hash: str | None = None
    after_hash: str | None = None
    why: str | None = None

    def computed(self, previous: str, seq: int | None = None) -> str:
        """Return the hash that its fields give behind another one, under its own number or under `seq`."""
        told = (self.subject, self.before_hash, self.after_hash, self.why)
        number = self.seq if seq is None else seq
        return link(previous, self.chain, number, self.name, self.body, self.actor, self.at, told)


@dataclass(frozen=True, slots=True)
class Fault:
    """A place at which a chain is not as it was written: the number of the row, and what is wrong there."""

    seq: int
    what: str


@dataclass(frozen=True, slots=True)
class Verified:
    """A chain that was followed from its first row: how many rows it has, and where it is broken."""

    chain: str
    rows: int
    faults: tuple[Fault, ...]


def verified(session: Session, *, chain: str) -> Verified:
    """Follow a chain from its first row to its last, and past it, as far as the record remembers one."""
    rows = _rows(session, chain)
    last = rows[-1].seq if rows else 0
    lost = [
        Fault(seq, "is missing: a job has acted upon it, and the chain ends before it")
        for seq in sorted(_remembered(session, chain))
        if seq > last
    ]
    return Verified(chain, len(rows), (*faults(rows), *lost))


def chains(session: Session) -> list[str]:
    """Return the name of every chain that this transaction may see; one that was changed has a name of its own."""
    statement = select(cast(event_log.c.chain, LargeBinary)).distinct() if session.dialect == "sqlite" else _CHAINS
    return sorted({_plain(row[0], "surrogateescape") for row in session.rows(statement)})


def faults(rows: Sequence[Link]) -> list[Fault]:
    """Return where rows, in the order of their numbers, do not make one whole chain from the first."""
    return sorted({fault.seq: fault for fault in [*_content(rows), *_places(rows)]}.values(), key=lambda item: item.seq)


def _places(rows: Sequence[Link]) -> Iterator[Fault]:
    """Yield the numbers that are missing, and those that no writer gives."""
    expected = 1
    for row in rows:
        if row.seq < 1:
            yield Fault(row.seq, "has a number that no writer gives; it was put in or renumbered")
            continue
        # Of a long gap its two ends are told.
        if row.seq > expected:
            until = f" to {row.seq - 1}" if row.seq - 1 > expected else ""
            yield Fault(expected, f"is missing{until}: taken out, or renumbered")
        expected = row.seq + 1


def _content(rows: Sequence[Link]) -> Iterator[Fault]:
    for place, row in enumerate(rows):
        before = rows[place - 1] if place else None
        after = rows[place + 1] if place + 1 < len(rows) else None
        what = _wrong(row, before, after)
        if what is not None:
            yield Fault(row.seq, what)


def _wrong(row: Link, before: Link | None, after: Link | None) -> str | None:
    """Say what is wrong with a row itself, null where its neighbours bear it out."""
    own = row.computed(row.previous_hash)
    witness = after.previous_hash if after is not None and after.computed(after.previous_hash) == after.hash else None
    if own != row.hash:
        return _changed(row, own, before, witness)
    if before is None and row.seq == 1 and row.previous_hash != GENESIS:
        return "does not begin the chain: previous_hash differs; it was written anew with its hash"
    if witness is not None and after is not None and after.seq == row.seq + 1 and witness != row.hash:
        return "was written anew with its hash: the row behind it remembers another"
    return None


def _changed(row: Link, own: str, before: Link | None, witness: str | None) -> str:
    if witness == own:
        return "hash differs: the row behind it remembers the one that its fields give"
    told = GENESIS if row.seq == 1 else before.hash if before is not None and before.seq == row.seq - 1 else None
    if told is not None and told != row.previous_hash and row.computed(told) == row.hash:
        return "previous_hash differs: with the hash of the row before it its fields give its own"
    moved = before.seq + 1 if before is not None else 1
    if row.computed(row.previous_hash, moved) == row.hash:
        return f"seq differs: its fields give its hash under the number {moved}"
    return "was changed: its fields (name, body, actor, at, chain or what it tells of a change) do not give its hash"


def _remembered(session: Session, chain: str) -> set[int]:
    """Return the numbers of rows that were acted upon, as cursors and runs of jobs remember them."""
    found = {int(row.seq) for row in session.rows(_CURSOR, {"chain": chain})}
    start = f"event:{chain}:"
    numbers = (str(row.slot).removeprefix(start) for row in session.rows(_SLOTS, {"start": start}))
    return found | {int(number) for number in numbers if number.isdecimal()}


def _rows(session: Session, chain: str) -> list[Link]:
    numbers = [cast(event_log.c[name], BIG).label(name) for name in _NUMBERS]
    if session.dialect == "sqlite":
        # As bytes: what was made no text at all is still a row, and must be named.
        texts = [cast(event_log.c[name], LargeBinary).label(name) for name in _TEXTS]
        statement = select(*texts, *numbers).where(text("CAST(event_log.chain AS BLOB) = :of_chain"))
        given: object = chain.encode("utf-8", "surrogateescape")
    else:
        statement = select(*(event_log.c[name] for name in _TEXTS), *numbers).where(
            event_log.c.chain == bindparam("of_chain")
        )
        given = chain
    return [_link(row) for row in session.rows(statement.order_by(event_log.c.seq), {"of_chain": given})]


def _link(row: Row[*tuple[Any, ...]]) -> Link:
    told = {name: _plain(getattr(row, name), "backslashreplace") for name in _TEXTS}
    return Link(seq=int(row.seq), at=int(row.at), **told)


def _plain(value: Any, errors: str) -> Any:  # noqa: ANN401 -- bytes or text, or null
    return bytes(value).decode("utf-8", errors) if isinstance(value, bytes | memoryview) else value


def total(found: Iterable[Verified]) -> int:
    """Return how many rows were followed in all."""
    return sum(item.rows for item in found)
