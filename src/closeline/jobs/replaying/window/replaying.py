"""Replaying: the record as it stood, what came from outside since, the same verbs, and two records side by side."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime

from closeline.domain.errors import Refused
from closeline.domain.events import SYSTEM_CHAIN
from closeline.domain.leagues import League
from closeline.jobs.desk import Desk
from closeline.jobs.replaying.window.doubles import RefusingFetcher
from closeline.jobs.replaying.window.outcome import Replayed
from closeline.jobs.replaying.window.running import Clockwork
from closeline.jobs.replaying.window.steps import Inputs, inputs_of
from closeline.store.database.engine import shown
from closeline.store.past import places
from closeline.store.record.replay import carrying, comparing
from closeline.store.record.replay.comparing import Compared, Comparison
from closeline.store.record.replay.happened import Window
from closeline.store.record.replay.portions import Portion, put
from closeline.store.session import unit_of_work

_EVER = datetime.max.replace(tzinfo=UTC)
_WRITTEN_OVER = "quote_heartbeat"


def replay(source: Desk, target: Desk, window: Window) -> Replayed:
    """Replay a window of one desk's record into the empty record of another, and compare them.

    Nothing is fetched, sent or bought: `target` loses its channels, and whoever asks its fetcher is refused. Raises
    Refused where the target's record holds anything, BadInput where stored bytes of the window cannot be read.
    """
    _must_be_empty(target)
    assert source.read is not None, "a replay must be able to read stored bytes"
    with unit_of_work(source.engine, write=False) as session:
        inputs = inputs_of(session, window, source.read, (SYSTEM_CHAIN, window.tenant_id))
    fetcher = RefusingFetcher()
    desk = _shut(target, inputs, fetcher)
    _carry(source, desk, window)
    clockwork = Clockwork(desk, inputs, window)
    clockwork.run()
    return Replayed(
        window.begin, window.until, shown(target.engine), len(inputs.steps), clockwork.done, inputs.carried,
        _compare(source, desk, window), tuple(clockwork.faults), _outside(desk, fetcher),
    )  # fmt: skip


def _must_be_empty(target: Desk) -> None:
    with unit_of_work(target.engine, write=False) as session:
        empty = carrying.is_empty(session)
    if not empty:
        raise Refused(
            f"a replay must go into an empty record, {shown(target.engine)} holds something; name another one"
        )


def _shut(target: Desk, inputs: Inputs, fetcher: RefusingFetcher) -> Desk:
    """Return the desk with no way out; it follows the leagues that the record's desk polled."""
    leagues = tuple(League(name) for name in sorted(inputs.polled))
    return replace(
        target, channels=(), fetch=fetcher if leagues else None, leagues=leagues, publish_from=None, board=None,
        follower=None, spool=None,
    )  # fmt: skip


def _carry(source: Desk, desk: Desk, window: Window) -> None:
    """Put what stood at the window's beginning into the new record, a portion at a time."""
    for portion in _read_aside(source, window):
        with unit_of_work(desk.engine, tenant_id=desk.tenant_id) as session:
            put(session, portion)
    with unit_of_work(desk.engine) as session:
        places.take(session, tenant_id=desk.tenant_id)


def _read_aside(source: Desk, window: Window) -> Iterator[Portion]:
    """Yield what a record held, read in a thread of its own: units of work of one thread do not nest."""

    def portions() -> Iterator[Portion]:
        with unit_of_work(source.engine, write=False) as session:
            yield from carrying.standing_at(session, window.begin, tenant_id=window.tenant_id)

    reading = portions()
    with ThreadPoolExecutor(1) as pool:
        while (portion := pool.submit(next, reading, None).result()) is not None:
            yield portion


def _compare(source: Desk, desk: Desk, window: Window) -> tuple[Comparison, ...]:
    return tuple(_compared(source, desk, window, how) for how in comparing.TABLES)


def _compared(source: Desk, desk: Desk, window: Window, how: Compared) -> Comparison:
    with unit_of_work(source.engine, write=False) as session:
        before = comparing.digests(session, how, window)
        # What was written over since the window's end says nothing of it any more.
        since = replace(window, begin=window.until, until=_EVER)
        later = comparing.digests(session, how, since) if how.table == _WRITTEN_OVER else {}
    with unit_of_work(desk.engine, write=False) as session:
        after = {name: digest for name, digest in comparing.digests(session, how, window).items() if name not in later}
    sums, names = comparing.compared(how, before, after)
    if not names:
        return sums
    with unit_of_work(source.engine, write=False) as session:
        old = comparing.said_of(session, how, window, set(names))
    with unit_of_work(desk.engine, write=False) as session:
        new = comparing.said_of(session, how, window, set(names))
    return replace(sums, first=tuple(comparing.difference(name, old.get(name), new.get(name)) for name in names))


def _outside(desk: Desk, fetcher: RefusingFetcher) -> tuple[str, ...]:
    """Name whatever was sent, bought or asked for; a replay that did nothing of the kind names nothing."""
    with unit_of_work(desk.engine, write=False) as session:
        left = carrying.sent_or_bought(session, tenant_id=desk.tenant_id)
    return (
        *(f"{rows} rows in {table}" for table, rows in left.items()),
        *(f"a call of {item}" for item in fetcher.asked),
    )
