"""Files of bets: CSV in and out, the same bytes both ways; what is no bet goes aside with its reason, nothing is lost.

A text that a spreadsheet would run as a formula is written with an apostrophe before it, which is taken off again when
it is read. Plain numbers such as -110 and +150 are no formula and stay as they are.
"""

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from io import StringIO

from closeline.domain.clock import aware
from closeline.domain.errors import BadInput, CloselineError, UnknownFormat
from closeline.domain.money.bets import Bet, Standing
from closeline.domain.money.denominations import amount_text
from closeline.domain.odds import OddsFormat
from closeline.jobs.desk import Desk
from closeline.jobs.learning.limiting import ACTOR_MAX, a_line
from closeline.jobs.recording.betting.adding import NewBet, Objected, Objection, drafted, objection
from closeline.schemas.bets import ImportedBets, RejectedBet
from closeline.store.desk import bets
from closeline.store.session import Session, unit_of_work

COLUMNS = (
    "placed_at", "selection", "book", "price_format", "price", "stake", "denomination", "external_id", "pick_id",
    "note",
)  # fmt: skip
# What an export may add: an import knows these columns and leaves them out, because results are settled here.
RESULTS = ("bet_id", "state", "result", "settled_fraction", "profit", "reason", "ended_at")
# What stands before the cells of a row that was left out.
REJECTS = ("reject_row", "reject_reason", "reject_detail")
_NEEDED = frozenset({"placed_at", "selection", "book", "price", "stake"})
_NUMBER = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?")
_RUNS = re.compile(r"'*[=+\-@\t\r]")
_BARE = re.compile(r"[=+\-@\t\r]")
_DASHED = re.compile(r"'+[=+\-@\t\r]")
_ROWS_MAX = 200_000


@dataclass(frozen=True, slots=True)
class _Row:
    number: int
    cells: tuple[str, ...]
    bet: Bet | None
    objection: Objection | None


def guarded(text: str) -> str:
    """Return a cell that no spreadsheet runs: one that might be a formula gets an apostrophe before it."""
    return f"'{text}" if _RUNS.match(text) and not _NUMBER.fullmatch(text) else text


def unguarded(text: str) -> str:
    """Return what a guarded cell was."""
    return text[1:] if _DASHED.match(text) else text


def exported(session: Session, *, tenant_id: str, at: datetime, results: bool = False) -> tuple[str, int]:
    """Return the bets of the ledger as CSV, oldest first, and how many; with `results` what became of them too.

    In the order of their terms, so that whoever holds the same bets writes the same bytes.
    """
    every = sorted(bets.standings(session, tenant_id=tenant_id, as_of=at), key=lambda item: _terms(item.bet))
    out = StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow((*COLUMNS, *(RESULTS if results else ())))
    for item in every:
        cells = (*_terms(item.bet), *(_ending(item) if results else ()))
        writer.writerow([guarded(cell) for cell in cells])
    return out.getvalue(), len(every)


def _terms(bet: Bet) -> tuple[str, ...]:
    return (
        bet.placed_at.isoformat(), bet.selection.selection_id, bet.book, bet.price.format, bet.price.text,
        amount_text(bet.stake, bet.denomination), bet.denomination, bet.external_id or "", bet.pick_id or "", bet.note,
    )  # fmt: skip


def _ending(item: Standing) -> tuple[str, ...]:
    last = item.last
    if last is None:
        return (item.bet.bet_id, item.state, *[""] * (len(RESULTS) - 2))
    fraction = "0.5" if last.fraction_quarters == 2 else "1"
    profit = amount_text(last.profit or 0, item.bet.denomination)
    ended = last.ended_at.isoformat() if last.ended_at else ""
    return (item.bet.bet_id, item.state, str(last.result or ""), fraction, profit, last.reason or "", ended)


def import_bets(desk: Desk, content: bytes, *, name: str, actor: str) -> ImportedBets:
    """Write down every bet of a file that is not there yet; what is no bet is told with its row, reason and cells.

    Raises UnknownFormat for what is no CSV with these columns; then nothing of it is taken.
    """
    person, at = a_line("actor", actor, ACTOR_MAX), desk.clock()
    header, rows = _table(content, name)
    with unit_of_work(desk.engine) as session:
        read = _against_each_other([_read(session, desk, header, number, cells) for number, cells in rows])
        drafts = [row.bet for row in read if row.bet is not None and row.objection is None]
        against = objection(session, drafts, tenant_id=desk.tenant_id, at=at)
        good = [bet for bet in drafts if bet.bet_id not in against]
        added = bets.add(session, good, tenant_id=desk.tenant_id, actor=person, at=at)
    return ImportedBets(
        file=name, rows=len(rows), added=added, known=len(good) - added, rejected=list(_rejected(read, against)),
        columns=list(header),
    )  # fmt: skip


def rejects_text(found: ImportedBets) -> str:
    """Return the rows that were left out as CSV: row, reason and detail, then the cells as they came.

    Mended, it can be imported as it is.
    """
    out = StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow((*REJECTS, *found.columns))
    for item in found.rejected:
        # What came with its apostrophe keeps that one and gets no second.
        cells = [guarded(cell) if _BARE.match(cell) else cell for cell in item.cells]
        writer.writerow([str(item.row), item.reason, guarded(item.detail), *cells])
    return out.getvalue()


def _table(content: bytes, name: str) -> tuple[tuple[str, ...], list[tuple[int, tuple[str, ...]]]]:
    try:
        reader = csv.reader(StringIO(content.decode("utf-8-sig"), newline=""), strict=True)
        rows = [(reader.line_num, tuple(row)) for row in reader]
    except (UnicodeDecodeError, csv.Error) as fault:
        raise UnknownFormat(f"{name} must be CSV in UTF-8, was not: {fault}") from None
    header = tuple(cell.strip() for cell in rows[0][1]) if rows else ()
    unknown = sorted(set(header) - {*COLUMNS, *RESULTS, *REJECTS})
    missing = sorted(_NEEDED - set(header))
    if unknown or missing or len(set(header)) < len(header):
        had = f"had {', '.join(header)[:200] or 'none'}"
        needed = f"{', '.join(sorted(_NEEDED))}, and may have {', '.join(c for c in COLUMNS if c not in _NEEDED)}"
        raise UnknownFormat(f"{name} must have the columns {needed}, each once and no others, {had}")
    if len(rows) > _ROWS_MAX:
        raise UnknownFormat(f"{name} must have at most {_ROWS_MAX} rows, had more; cut it into parts")
    return header, [(number, cells) for number, cells in rows[1:] if any(map(str.strip, cells))]


def _read(session: Session, desk: Desk, header: Sequence[str], number: int, cells: tuple[str, ...]) -> _Row:
    if len(cells) != len(header):
        text = f"a row must have {len(header)} cells, had {len(cells)}"
        return _Row(number, cells, None, Objection(Objected.UNREADABLE, text))
    told = {column: unguarded(cell.strip()) for column, cell in zip(header, cells, strict=True)}
    try:
        return _Row(number, cells, drafted(session, _new(told), tenant_id=desk.tenant_id), None)
    except (CloselineError, ValueError) as fault:
        return _Row(number, cells, None, Objection(Objected.UNREADABLE, str(fault)))


def _new(told: Mapping[str, str]) -> NewBet:
    said = {name: told[name] for name in ("denomination",) if told.get(name)}
    return NewBet(
        book=told["book"], price=told["price"], stake=told["stake"], placed_at=moment(told["placed_at"]),
        selection=_filled(told, "selection"), price_format=_form(told.get("price_format") or OddsFormat.AMERICAN),
        external_id=told.get("external_id") or None, pick_id=told.get("pick_id") or None, note=told.get("note", ""),
        **said,
    )  # fmt: skip


def _filled(told: Mapping[str, str], name: str) -> str:
    if not told[name]:
        raise BadInput(f"{name} must be filled, was empty")
    return told[name]


def _form(text: str) -> OddsFormat:
    try:
        return OddsFormat(text)
    except ValueError:
        raise BadInput(f"price_format must be one of {', '.join(OddsFormat)}, was {text[:20]!a}") from None


def moment(text: str) -> datetime:
    """Read a time with its zone in ISO 8601, in UTC; raises BadInput where it has none or is none."""
    try:
        return aware(datetime.fromisoformat(text.strip()))
    except (ValueError, OverflowError):
        form = "a time with its zone such as 2025-11-14T18:30:00-05:00"
        raise BadInput(f"placed_at must be {form}, was {text[:40]!a}") from None


def _against_each_other(rows: Sequence[_Row]) -> list[_Row]:
    """Hold rows against those before them in the file: an external id names one bet."""
    first: dict[tuple[str, str], _Row] = {}
    found = []
    for row in rows:
        bet = row.bet
        if bet is not None and bet.external_id is not None:
            other = first.setdefault((bet.book, bet.external_id), row)
            if other.bet is not None and other.bet.bet_id != bet.bet_id:
                text = f"external_id must name one bet at {bet.book}, names the one in row {other.number} too"
                row = _Row(row.number, row.cells, bet, Objection(Objected.EXTERNAL_ID_TAKEN, text))  # noqa: PLW2901
        found.append(row)
    return found


def _rejected(rows: Sequence[_Row], against: Mapping[str, Objection]) -> Iterator[RejectedBet]:
    for row in rows:
        said = row.objection or (against.get(row.bet.bet_id) if row.bet is not None else None)
        if said is not None:
            yield RejectedBet(row=row.number, reason=said.reason, detail=said.text, cells=list(row.cells))
