"""The quota ledger: every reservation of credits and how it was put right, with the account as it stood after each."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

from sqlalchemy import bindparam, func, select

from closeline.domain.clock import micros
from closeline.domain.feeds import quota
from closeline.domain.feeds.fetching import Allowance, CallOutcome
from closeline.domain.feeds.polling import Purpose
from closeline.domain.feeds.quota import Account, Plan, Settled
from closeline.domain.ids import content_id
from closeline.domain.leagues import league_day
from closeline.store import events
from closeline.store.session import Session
from closeline.store.tables.feeds import quota_entry

# How a reservation is named that was made in memory while the record was away.
ADRIFT = "adrift:"
# A call is over after this time, whatever became of it.
LAPSES_AFTER = timedelta(hours=1)
_LOOKS_BACK = timedelta(days=2)


class Entry(StrEnum):
    """What a line of the ledger says."""

    RESERVED = "RESERVED"
    SETTLED = "SETTLED"
    LAPSED = "LAPSED"
    RESET = "RESET"


_COLUMNS = (
    "account", "seq", "entry", "reservation", "purpose", "credits", "period", "left_after", "held_after",
    "unknown_after", "told", "apart", "at",
)  # fmt: skip
_LAST = (
    select(quota_entry).where(quota_entry.c.account == bindparam("named")).order_by(quota_entry.c.seq.desc()).limit(1)
)
_RESERVED = select(quota_entry.c.entry, quota_entry.c.credits, quota_entry.c.purpose).where(
    quota_entry.c.reservation == bindparam("name"), quota_entry.c.account == bindparam("named")
)
_begun = quota_entry.alias("begun")
_SPENT = (
    select(quota_entry.c.purpose, func.sum(quota_entry.c.credits).label("credits"))
    .where(
        quota_entry.c.account == bindparam("named"),
        quota_entry.c.at >= bindparam("dawn"),
        # What was spent before the month began anew is no part of it, though it was spent today.
        quota_entry.c.seq
        > select(func.coalesce(func.max(_begun.c.seq), 0))
        .where(_begun.c.account == bindparam("named"), _begun.c.entry == Entry.RESET)
        .scalar_subquery(),
    )
    .group_by(quota_entry.c.purpose)
)
_closing = quota_entry.alias("closing")
_OPEN = (
    select(quota_entry.c.reservation, quota_entry.c.credits, quota_entry.c.purpose)
    .where(
        quota_entry.c.account == bindparam("named"),
        quota_entry.c.entry == Entry.RESERVED,
        quota_entry.c.at > bindparam("after"),
        quota_entry.c.at < bindparam("before"),
        ~select(_closing.c.seq)
        .where(_closing.c.reservation == quota_entry.c.reservation, _closing.c.entry != Entry.RESERVED)
        .exists(),
    )
    .order_by(quota_entry.c.seq)
)
_ALL = select(quota_entry).where(quota_entry.c.account == bindparam("named")).order_by(quota_entry.c.seq)


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the ledger as it is stored; `credits` is what it took from the month, negative where it gave back."""

    seq: int
    entry: Entry
    reservation: str
    purpose: str
    credits: int
    account: Account
    apart: int | None
    at: datetime


def account(session: Session, name: str, plan: Plan, *, at: datetime) -> Account:
    """Return how the credits stand at a moment: a new month where the last one is over."""
    found = _last(session, name)
    day = league_day(at)
    return quota.opened(plan, day) if found is None else quota.turned(found.account, plan, day)


def reserve(
    session: Session, name: str, plan: Plan, credits_most: int, purpose: Purpose, *, at: datetime
) -> str | None:
    """Set a call's worst case aside and name the reservation; null when it cannot be paid.

    Of two at once the second waits for the first, and finds what that one left.
    """
    events.hold(session, chain=f"quota:{name}")
    after = quota.reserve(_turned(session, name, plan, at), plan, credits_most, purpose)
    if after is None:
        return None
    last = _last(session, name)
    reservation = content_id("reservation", name, 1 if last is None else last.seq + 1)
    _write(session, name, Entry.RESERVED, reservation, purpose, credits_most, after, at=at)
    return reservation


def settle(
    session: Session, name: str, plan: Plan, outcome: CallOutcome, allowance: Allowance, *, reservation: str,
    at: datetime,
) -> Settled | None:  # fmt: skip
    """Put a reservation right, once; null when it has been already, or there is none of that name."""
    events.hold(session, chain=f"quota:{name}")
    rows = session.rows(_RESERVED, {"name": reservation, "named": name})
    taken = {Entry(row.entry): row for row in rows}
    if Entry.RESERVED not in taken or Entry.SETTLED in taken:
        return None
    reserved, purpose = int(taken[Entry.RESERVED].credits), Purpose(taken[Entry.RESERVED].purpose)
    before = _turned(session, name, plan, at)
    if Entry.LAPSED in taken:
        # Its answer came after all: what it took unknown is held again, and put right below.
        before = replace(before, held=before.held + reserved, unknown=max(0, before.unknown - reserved))
    settled = quota.settle(before, plan, reserved, outcome, allowance, league_day(at))
    entry = Entry.RESET if settled.reset else Entry.SETTLED
    _write(
        session, name, Entry.SETTLED, reservation, purpose, settled.used - reserved, settled.account,
        apart=settled.apart, at=at,
    )  # fmt: skip
    if entry is Entry.RESET:
        _write(session, name, Entry.RESET, "", purpose, 0, settled.account, at=at)
    return settled


def settle_adrift(
    session: Session, name: str, plan: Plan, outcome: CallOutcome, allowance: Allowance, *, reservation: str,
    credits_most: int, purpose: Purpose, at: datetime,
) -> Settled | None:  # fmt: skip
    """Write down a reservation that was made while the record was away, and put it right; null when that is done.

    It cannot be refused: the call was made. Where less was left than it took, nothing is left.
    """
    events.hold(session, chain=f"quota:{name}")
    if session.rows(_RESERVED, {"name": reservation, "named": name}):
        return None
    before = _turned(session, name, plan, at)
    out = replace(before, left=before.left - credits_most, held=before.held + credits_most)
    shown = replace(out, left=max(0, out.left))
    _write(session, name, Entry.RESERVED, reservation, purpose, credits_most, shown, at=at)
    settled = quota.settle(out, plan, credits_most, outcome, allowance, league_day(at))
    taken = settled.used - credits_most
    _write(
        session, name, Entry.SETTLED, reservation, purpose, taken, settled.account, apart=settled.apart, at=at
    )  # fmt: skip
    if settled.reset:
        _write(session, name, Entry.RESET, "", purpose, 0, settled.account, at=at)
    return settled


def tell(session: Session, name: str, plan: Plan, allowance: Allowance, *, at: datetime) -> Settled | None:
    """Take in what the vendor says of the credits on a call that cost nothing; null where it says nothing new."""
    if allowance.remaining is None:
        return None
    events.hold(session, chain=f"quota:{name}")
    before = _turned(session, name, plan, at)
    told = replace(allowance, last=allowance.last or 0)
    settled = quota.settle(before, plan, 0, CallOutcome.OK, told, league_day(at))
    if settled.account == before:
        return None
    entry = Entry.RESET if settled.reset else Entry.SETTLED
    _write(session, name, entry, "", Purpose.PROBE, settled.used, settled.account, apart=settled.apart, at=at)
    return settled


def spent_since(session: Session, name: str, dawn: datetime) -> tuple[int, int]:
    """Return what of this month was taken since a moment, with what calls under way hold: all, and not for closes."""
    rows = session.rows(_SPENT, {"named": name, "dawn": dawn})
    spent = {row.purpose: int(row.credits) for row in rows}
    return sum(spent.values()), sum(value for purpose, value in spent.items() if purpose != Purpose.CLOSE)


def lines(session: Session, name: str) -> list[Line]:
    """Return the whole ledger of an account, in order."""
    return [_line(row) for row in session.rows(_ALL, {"named": name})]


def _turned(session: Session, name: str, plan: Plan, at: datetime) -> Account:
    """Return the account now, once its month was turned and what nobody came back with was written off."""
    last = _last(session, name)
    if last is None:
        return quota.opened(plan, league_day(at))
    now = quota.turned(last.account, plan, league_day(at))
    if now.period != last.account.period:
        _write(session, name, Entry.RESET, "", Purpose.PLANNED, 0, now, at=at)
    asked = {"named": name, "after": at - _LOOKS_BACK, "before": at - LAPSES_AFTER}
    for row in session.rows(_OPEN, asked) if now.held else ():
        now = replace(now, held=max(0, now.held - row.credits), unknown=now.unknown + row.credits)
        _write(session, name, Entry.LAPSED, row.reservation, Purpose(row.purpose), 0, now, at=at)
    return now


def _last(session: Session, name: str) -> Line | None:
    rows = session.rows(_LAST, {"named": name})
    return _line(rows[0]) if rows else None


def _line(row: object) -> Line:
    item: dict[str, object] = dict(row._mapping)  # type: ignore[attr-defined]  # noqa: SLF001 -- rows are read by name
    held = Account(
        date.fromisoformat(str(item["period"])), _whole(item["left_after"]), _whole(item["held_after"]),
        _whole(item["unknown_after"]), None if item["told"] is None else _whole(item["told"]),
    )  # fmt: skip
    apart = None if item["apart"] is None else _whole(item["apart"])
    at = item["at"]
    assert isinstance(at, datetime)
    return Line(
        _whole(item["seq"]), Entry(str(item["entry"])), str(item["reservation"]), str(item["purpose"]),
        _whole(item["credits"]), held, apart, at,
    )  # fmt: skip


def _whole(value: object) -> int:
    assert isinstance(value, int)
    return value


def _write(
    session: Session, name: str, entry: Entry, reservation: str, purpose: Purpose, taken: int, after: Account, *,
    at: datetime, apart: int | None = None,
) -> None:  # fmt: skip
    last = _last(session, name)
    seq = 1 if last is None else last.seq + 1
    session.append(quota_entry, _COLUMNS, [(
        name, seq, entry, reservation, purpose, taken, after.period.isoformat(), after.left, after.held,
        after.unknown, after.told, apart, micros(at),
    )])  # fmt: skip
