"""Recorded weeks of real prices, lived through: a desk polls the simulator, and its record equals the tables.

A Sunday of football runs with every test; the weeks run in the campaign. What is expected is read from the tables by a
few lines that know nothing of the desk.
"""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from closeline.domain.board import Availability
from closeline.domain.leagues import League
from closeline.flow import view
from closeline.jobs.closing.coverage import coverage
from closeline.store import quotes, references, results
from tests.builders.weeks import a_week, lived, polls_until, table_of

MARKETS = {"MONEYLINE:FULL_GAME": "h2h", "SPREAD:FULL_GAME": "spreads", "TOTAL:FULL_GAME": "totals"}
SUNDAY = datetime(2025, 10, 26, 16, 0, tzinfo=UTC)
WEEKS = {
    League.NFL: datetime(2025, 10, 22, 12, 0, tzinfo=UTC),
    League.NCAAF: datetime(2025, 10, 22, 12, 0, tzinfo=UTC),
    League.MLB: datetime(2026, 7, 17, 12, 0, tzinfo=UTC),
}
QUARTER = timedelta(minutes=15)


def record_at(it, week, at, expected):
    """Give what the record says stood at a moment, by the vendor's names: (event, book, market) to line and prices."""
    with it.session() as session:
        ours = references.events_by_alias(
            session, provider="the_odds_api", names=sorted({event for event, _, _ in expected})
        )
        found = quotes.states(session, sorted(ours.values()), as_of=at)
    theirs = {name: event for event, name in ours.items()}
    said: dict = {}
    for key, state in found.items():
        if state.price is not None and state.availability is Availability.PRICED:
            place = (theirs[key[0]], key[1], MARKETS[str(key[2])])
            held = said.setdefault(place, {})
            held[str(key[-1])] = (state.line_quarters, state.price.american)
    return {place: _pair(held) for place, held in said.items()}


def _pair(held):
    first, second = (held.get(a) or held.get(b) for a, b in (("HOME", "OVER"), ("AWAY", "UNDER")))
    line = first[0] if first else None
    return (None if line is None else line / 4, first and first[1], second and second[1])


def live_through(engine, league, first, last, *, checked_every):
    """Live through days; give the week, the desk's answers and how many moments were compared whole."""
    week = a_week(league)
    with lived(engine, week, first) as it:
        polled = []
        for at in polls_until(it, week, last, QUARTER):
            polled.append(at)
            if len(polled) % checked_every == 0:
                expected = week.brute(at)
                assert record_at(it, week, at, expected) == expected, at
        for at in polled[::checked_every]:
            # As of an earlier poll, too, the record still says what the whole answer said then.
            expected = week.brute(at)
            assert record_at(it, week, at, expected) == expected, at
        told = closes_and_values(it, week, polled, first, last)
    return week, told


def closes_and_values(it, week, polled, first, last):
    """Compare each game's close with the table at the last poll before its start; give what is told for people."""
    games = {
        row["event_id"]: row["commence_time_final"]
        for row in week.frame.select("event_id", "commence_time_final").unique().iter_rows(named=True)
        if first + timedelta(hours=1) < row["commence_time_final"] < last - timedelta(hours=5)
    }
    captured, without = 0, []
    for event, start in sorted(games.items()):
        # A start that is told a little later than it was announced leaves a poll between the two: the one before counts.
        for at in [at for at in polled if at < start][:-4:-1]:
            expected = {key: said for key, said in week.brute(at).items() if key[0] == event}
            if expected:
                assert record_at(it, week, at, expected) == expected, event
                captured += 1
                break
        else:
            without.append(event)
    with it.session() as session:
        report = coverage(session, it.desk, week.league, hours=1, book=None)
        picks = view.published(session, tenant_id=it.desk.tenant_id, league=week.league)
    missing: Counter = Counter()
    for row in report.rows:
        missing.update(row.missing)
    return {
        "games": len(games), "captured": captured, "without": without, "coverage": report, "missing": missing,
        "picks": len(picks), "valued": sum(item.valued for item in picks), "scores": scores(it, week, games),
    }  # fmt: skip


def scores(it, week, games):
    """Compare every official result with the table of scores; give how many there are, and of how many."""
    wanted = {
        row["event_id"]: (int(row["home_score"]), int(row["away_score"]))
        for row in week.scores.drop_nulls("home_score").iter_rows(named=True)
        if row["event_id"] in games
    }
    with it.session() as session:
        ours = references.events_by_alias(session, provider="the_odds_api", names=sorted(wanted))
        found = results.of_events(session, sorted(ours.values()), as_of=it.clock())
    official = {
        event: (found[name].home_score, found[name].away_score) for event, name in ours.items() if name in found
    }
    assert official == {event: wanted[event] for event in official}
    return len(official), len(wanted)


def shown(week, told):
    total = told["coverage"].total
    clv = "none" if total.figures.mean is None else f"{100 * total.figures.mean:+.2f} % of a unit"
    return (
        f"{table_of(week)}\n"
        f"{week.league}: closes of {told['captured']} of {told['games']} games, {len(told['without'])} without a price"
        f" before the start; results of {told['scores'][0]} of {told['scores'][1]}; {told['coverage'].tickets}"
        f" hypothetical tickets an hour before, {total.covered:.1%} with a close, mean CLV {clv};"
        f" {told['picks']} picks published, {told['valued']} with CLV"
    )


def test_a_recorded_sunday_runs_live_and_the_record_equals_the_table(trusting):
    week, told = live_through(trusting, League.NFL, SUNDAY, SUNDAY + timedelta(hours=7), checked_every=8)
    print(shown(week, told))

    assert told["captured"] == told["games"] >= 5
    assert told["scores"][0] == told["scores"][1] >= 5
    assert told["coverage"].total.covered > 0.9


@pytest.mark.campaign
@pytest.mark.parametrize("league", WEEKS)
def test_a_recorded_week_runs_live_and_the_record_equals_the_table(trusting, league):
    first = WEEKS[league]
    week, told = live_through(trusting, league, first, first + timedelta(days=7), checked_every=48)
    print(shown(week, told))

    assert sum(day.unanswered for day in week.days.values()) <= sum(day.polls for day in week.days.values()) / 20
    # A game whose last price is older than the limit has no close; it is counted with its reason, never made up.
    assert told["captured"] + len(told["without"]) == told["games"] > 10
    assert told["scores"][0] / told["scores"][1] > 0.95
    assert told["coverage"].total.covered > 0.9
