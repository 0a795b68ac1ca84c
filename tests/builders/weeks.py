"""Recorded days of real tables, lived through: the simulator serves them, a desk polls them, and sums are kept by day."""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

import polars as pl
from sqlalchemy import text

from closeline.domain.feeds.captures import RawPayload
from closeline.domain.feeds.fetching import CallOutcome
from closeline.domain.leagues import League, league_day
from closeline.providers.simulator.series import Series
from tests.builders.live import Live, live
from tests.builders.recordings import FIRST
from tests.shared_data import shared_data

FILES = {League.NFL: "nfl_2025", League.NCAAF: "ncaaf_2025", League.MLB: "mlb_2026"}
PLENTY = 10_000_000
Key = tuple[str, str, str]
Said = tuple[float | None, int | None, int | None]


@dataclass
class Day:
    """What a day's polls came to: those without an answer, quotes kept by change of those seen, bytes of the answers."""

    polls: int = 0
    unanswered: int = 0
    kept: int = 0
    seen: int = 0
    quarantined: int = 0
    answer_bytes: int = 0
    record_bytes: int = 0


@dataclass
class Week:
    """Recorded days of a league, and what a desk made of them."""

    league: League
    frame: pl.DataFrame
    scores: pl.DataFrame
    recording: Series
    days: dict[date, Day] = field(default_factory=lambda: defaultdict(Day))

    def brute(self, at: datetime) -> dict[Key, Said]:
        """Read the table anew: how every book's market of every game that has not begun stood at a moment.

        A line that is on no quarter point (one book once gave -24.4) is no price: it is quarantined, and what stood
        before it is gone.
        """
        known = self.frame.filter(pl.col("snapshot_time") <= at).sort("snapshot_time", maintain_order=True)
        last = known.group_by("event_id", "bookmaker", "market", maintain_order=True).last()
        starts = {
            row["event_id"]: row["commence_time"]
            for row in known.group_by("event_id", maintain_order=True).last().iter_rows(named=True)
        }
        return {
            (row["event_id"], row["bookmaker"], row["market"]): (
                row["point"], _whole(row["price_home_or_over"]), _whole(row["price_away_or_under"]),
            )
            for row in last.iter_rows(named=True)
            if starts[row["event_id"]] > at and row["commence_time_final"] > at and _on_grid(row["point"])
        }  # fmt: skip


def a_week(league: League) -> Week:
    """Read a league's tables; skips the test where they are not."""
    name = FILES[league]
    (changes,), (events,) = (
        shared_data(f"odds_series/{name}.parquet"),
        shared_data(f"odds_series/{name}_events.parquet"),
    )
    payloads = [RawPayload(path.name, path.read_bytes(), FIRST) for path in (changes, events)]
    return Week(league, pl.read_parquet(changes), pl.read_parquet(events), Series(payloads[:1], payloads[1:]))


@contextmanager
def lived(engine, week: Week, first: datetime) -> Iterator[Live]:
    """Give a live desk at the beginning of recorded days; its credits never end."""
    with live(engine, recording=week.recording, begins=first, of=PLENTY, leagues=(week.league,)) as it:
        yield it


def polls_until(it: Live, week: Week, last: datetime, every: timedelta) -> Iterator[datetime]:
    """Poll prices every so often, and results every hour, until a moment; yields the time of each answer with prices.

    On a machine that is busy a call may run out of time, as calls do: it is counted, and the record is none the wiser.
    """
    while it.clock() < last:
        size = sum(met.size for met in it.simulator.met)
        poll = it.ask("ODDS", week.league)
        day = week.days[league_day(poll.received_at)]
        day.polls += 1
        day.kept += poll.accepted
        day.seen += poll.accepted + poll.unchanged
        day.quarantined += poll.quarantined
        day.answer_bytes += sum(met.size for met in it.simulator.met) - size
        day.record_bytes = record_bytes(it)
        if poll.outcome is CallOutcome.OK:
            yield poll.received_at
        else:
            day.unanswered += 1
        if poll.received_at.minute < every.total_seconds() // 60:
            it.ask("RESULTS", week.league)
            it.job("settle.sweep")
        it.clock.step(every)


def record_bytes(it: Live) -> int:
    """Return how big the whole record is: prices, bytes of answers, evaluations and all else."""
    sized = {"sqlite": "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()"}
    statement = sized.get(it.desk.engine.dialect.name, "SELECT pg_database_size(current_database())")
    with it.desk.engine.connect() as connection:
        return int(connection.execute(text(statement)).scalar_one())


def table_of(week: Week) -> str:
    """Return the storage per day against full recording, for people."""
    lines = [
        f"{week.league}: day, polls, unanswered, quotes kept, quotes seen, share, MB received, MB of the whole record by its end"
    ]
    lines += [
        f"  {day}  {held.polls:4}  {held.unanswered:3}  {held.kept:7}  {held.seen:8}  {held.kept / max(held.seen, 1):6.2%}"
        f"  {held.answer_bytes / 1e6:7.1f}  {held.record_bytes / 1e6:7.1f}"
        for day, held in sorted(week.days.items())
    ]
    return "\n".join(lines)


def _on_grid(point: float | None) -> bool:
    return point is None or (4 * point).is_integer()


def _whole(value: float | None) -> int | None:
    return None if value is None else int(value)
