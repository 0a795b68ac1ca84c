"""Performance by cohort: rebuilt, refreshed and brute force agree whatever grades and tracks were added."""

# mypy: disable-error-code="operator, arg-type, misc, type-arg, no-untyped-def"

import math
from collections import Counter, defaultdict
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from closeline.domain.clock import instant
from closeline.domain.cohorts import Cohort, Dimension, cohort, parse_cohort
from closeline.domain.errors import BadInput, CorruptRecord
from closeline.domain.leagues import League
from closeline.flow.view import closing
from closeline.flow.view.performance import cells, figures, spread
from closeline.flow.view.performance.sums import cohort_of
from closeline.jobs import performance
from closeline.store.desk import endings, grades, rollups
from closeline.store.session import unit_of_work
from tests.builders.archives import FIRST
from tests.builders.records import TENANT, rolled_back, rows_of

PICKS = """
    SELECT p.*, u.published_at, e.day, (
        SELECT v.starts_at FROM event_version v WHERE v.event_id = p.event_id AND v.received_at <= u.published_at
        ORDER BY v.version DESC LIMIT 1) AS starts_at
    FROM pick p JOIN publication u ON u.pick_id = p.pick_id JOIN event e ON e.event_id = p.event_id"""
HOUR = timedelta(hours=1)
# By hand, not by the program: what a void says that came before anybody played, and after.
UNPLAYED = ("CANCELLED", "POSTPONED_OUTSIDE_WINDOW", "VENUE_SWAPPED")
VOIDS = (*UNPLAYED, "INSUFFICIENT_PLAY", "SUSPENSION_OUTSIDE_WINDOW")
BUCKETS = ((0, 1), (1, 3), (3, 6), (6, 12), (12, 24), (24, 48))


def last_by_pick(rows, moment, order):
    known = [row for row in rows if moment is None or row[moment[0]] <= moment[1]]
    return {row["pick_id"]: row for row in sorted(known, key=lambda row: [row[name] for name in order])}


def brute_force(session, only=lambda pick: True, as_of=None):
    """Add up the record in plain Python, pick by pick, from raw rows."""
    at = None if as_of is None else ("graded_at", as_of)
    graded = last_by_pick(rows_of(session, "SELECT * FROM grade"), at, ("graded_at", "result_version"))
    tracked = last_by_pick(
        rows_of(session, "SELECT * FROM line_track"), None if as_of is None else ("at", as_of), ("track_version",)
    )
    picks = [row for row in rows_of(session, PICKS) if only(row) and (as_of is None or row["published_at"] <= as_of)]
    found: Counter = Counter(open=0)
    missing: Counter = Counter()
    values, scores = [], defaultdict(list)
    for pick in picks:
        grade, track = graded.get(pick["pick_id"]), tracked.get(pick["pick_id"])
        if grade is None:
            found["open"] += 1
            continue
        found["graded"] += 1
        found[grade["result"]] += 1
        if grade["result"] == "VOID":
            if grade["reason"] in UNPLAYED:
                continue
            if track is None or track["clv_prob"] is None:
                missing["NOT_REVIEWED" if track is None else track["missing_reason"]] += 1
            else:
                values.append(track["clv_prob"])
            continue
        scores["units"].append(grade["units_micros"] / 1e6)
        scores["promised"].append(pick["ev_per_unit"])
        if grade["brier"] is not None:
            scores["brier"].append(grade["brier"])
            scores["log_loss"].append(grade["log_loss"])
            scores["brier_market"].append(grade["brier_market"])
        if track is None or track["clv_prob"] is None:
            missing["NOT_REVIEWED" if track is None else track["missing_reason"]] += 1
            continue
        values.append(track["clv_prob"])
        scores["at_close"].append(track["clv_ev"])
        scores["at_close_units"].append(grade["units_micros"] / 1e6)
    return found, missing, values, scores


def assert_same(row, expected):
    found, missing, values, scores = expected
    near = lambda value: pytest.approx(value, abs=1e-9)  # noqa: E731
    mean = lambda numbers: near(math.fsum(numbers) / len(numbers)) if numbers else None  # noqa: E731
    assert (row.graded, row.open) == (found["graded"], found["open"])
    assert (row.wins, row.losses, row.pushes, row.voids) == tuple(
        found[name] for name in ("WIN", "LOSS", "PUSH", "VOID")
    )
    assert row.units == near(math.fsum(scores["units"]))
    assert (row.roi.mean, row.roi.n) == (mean(scores["units"]), len(scores["units"]))
    assert row.expected_publish.expected == near(math.fsum(scores["promised"]))
    assert row.expected_close.expected == near(math.fsum(scores["at_close"]))
    assert row.expected_close.realised == near(math.fsum(scores["at_close_units"]))
    assert (row.scores.brier, row.scores.log_loss) == (mean(scores["brier"]), mean(scores["log_loss"]))
    if scores["brier"]:
        skill = 1 - math.fsum(scores["brier"]) / math.fsum(scores["brier_market"])
        assert row.scores.skill_publish == near(skill)
    assert (row.clv.value.mean, row.clv.value.n) == (mean(values), len(values))
    assert row.clv.missing == dict(missing)
    if len(values) > 1:
        centre = math.fsum(values) / len(values)
        deviation = math.sqrt(math.fsum((value - centre) ** 2 for value in values) / (len(values) - 1))
        assert row.clv.sd == near(deviation)
        assert row.clv.share_positive == sum(value > 0 for value in values) / len(values)
        assert row.clv.share_negative == sum(value < 0 for value in values) / len(values)


def one(session, key, **asked):
    found = cells.read(session, tenant_id=TENANT, **asked)
    return figures.figures([figures.one(found, parse_cohort(key))])[0]


def kept(session):
    return rollups.every(session, tenant_id=TENANT), rollups.rows_read(session, tenant_id=TENANT)


OUTCOMES = st.sampled_from(["WIN", "LOSS", "PUSH", "VOID"])
changes = st.lists(
    st.tuples(st.integers(0, 10_000), st.sampled_from(["grade", "track", "missing"]), OUTCOMES, st.floats(-0.2, 0.2),
              st.integers(1, 90), st.booleans()),
    max_size=25,
)  # fmt: skip


def apply(session, change):
    """Add a later version of a pick's grade or track: a regrade, a void, a close that was corrected or lost."""
    place, what, result, clv, days, _ = change
    marks = grades.league_grades(session, tenant_id=TENANT, league="nba")
    tracks = grades.league_tracks(session, tenant_id=TENANT, league="nba")
    name = sorted(marks)[place % len(marks)]
    if what == "grade":
        old = marks[name]
        won = {"WIN": 1.0, "LOSS": 0.0}.get(result)
        exact = rows_of(session, "SELECT price_exact FROM pick WHERE pick_id = :name", name=name)[0]["price_exact"]
        scored = None if won is None else round((old.p_final - won) ** 2, 12)
        grades.add_grades(session, [replace(
            old, result_version=old.result_version + 1, result=result,
            reason=VOIDS[place % len(VOIDS)] if result == "VOID" else None,
            units_micros={"WIN": round((Fraction(exact) - 1) * 1_000_000), "LOSS": -1_000_000}.get(result, 0),
            brier=scored, log_loss=scored,
            brier_market=None if won is None else round((old.q_market - won) ** 2, 12),
            supersedes=old.name, graded_at=old.graded_at + timedelta(days=days),
        )])  # fmt: skip
        return
    track = tracks[name]
    lost = what == "missing"
    clv = round(clv, 12)
    grades.add_tracks(session, [replace(
        track, track_version=track.track_version + 1, at=track.at + timedelta(days=days),
        clv_prob=None if lost else clv, clv_ev=None if lost else clv, q_close=None if lost else 0.5,
        missing_reason="STALE" if lost else None,
    )])  # fmt: skip


@settings(max_examples=12)
@given(changes)
def test_rebuilt_refreshed_and_brute_force_agree(played, changed):
    with rolled_back(played) as session:
        cells.refresh(session, tenant_id=TENANT)
        for change in changed:
            apply(session, change)
            if change[-1]:
                cells.refresh(session, tenant_id=TENANT)
        stale = one(session, "all")
        cells.refresh(session, tenant_id=TENANT)
        refreshed = kept(session)
        cells.rebuild(session, tenant_id=TENANT)

        assert kept(session) == refreshed
        assert one(session, "all") == stale
        assert_same(stale, brute_force(session))
        for market in ("SPREAD:FULL_GAME", "TOTAL:FULL_GAME"):
            expected = brute_force(session, lambda pick, market=market: pick["market_key"] == market)
            assert_same(one(session, f"market={market}"), expected)


def test_nothing_to_do_is_nothing_done(played):
    with rolled_back(played) as session:
        cells.rebuild(session, tenant_id=TENANT)
        again = cells.refresh(session, tenant_id=TENANT)

        assert (again.days, again.picks, again.cells) == (0, 0, 0)
        assert cells.rebuild(session, tenant_id="other").picks == 0


def test_a_changed_sum_is_found_by_counting_anew(played):
    """A planted fault: somebody changed the rollups, which are mutable; the record they are made of is not."""
    with rolled_back(played) as session:
        cells.rebuild(session, tenant_id=TENANT)
        honest = one(session, "all")
        first, *rest = rollups.every(session, tenant_id=TENANT)
        days = list(rollups.rows_read(session, tenant_id=TENANT).items())
        rollups.replace_days(session, [replace(first, figures='{"wins":99}'), *rest], days, tenant_id=TENANT)
        assert one(session, "all") != honest

        cells.rebuild(session, tenant_id=TENANT)
        assert one(session, "all") == honest


def test_every_pick_is_in_one_cohort_of_each_dimension(played):
    with unit_of_work(played, write=False) as session:
        whole = one(session, "all")
        for dimension in Dimension:
            found = performance.cohorts(session, tenant_id=TENANT, along=[(dimension,)], only=Cohort())
            assert sum(row.graded for row in found.rows) == whole.graded > 0
            assert sum(row.units for row in found.rows) == pytest.approx(whole.units)
            assert found.tested == len(found.rows)


def test_hours_to_the_start_are_those_between_publication_and_start(played):
    with unit_of_work(played, write=False) as session:
        found = performance.cohorts(session, tenant_id=TENANT, along=[(Dimension.HOURS,)], only=Cohort())
        rows = rows_of(session, PICKS)
    hours = [(row["starts_at"] - row["published_at"]) / 3.6e9 for row in rows]
    expected = Counter(
        "48+" if left > 48 else next(f"{low}-{high}" for low, high in BUCKETS if left <= high) for left in hours
    )
    assert {row.cohort_key: row.graded + row.open for row in found.rows} == {
        f"hours={name}": n for name, n in expected.items()
    }


@settings(max_examples=8)
@given(changes, st.integers(0, 120))
def test_the_figures_of_a_past_date_never_change(played, changed, days):
    with rolled_back(played) as session:
        first = min(row["graded_at"] for row in rows_of(session, "SELECT graded_at FROM grade"))
        as_of = instant(first) + timedelta(days=days)
        before = one(session, "all", as_of=as_of)
        assert_same(before, brute_force(session, as_of=first + days * 86_400_000_000))
        for change in changed:
            # Whatever comes later has a later time; nothing may be slipped into the past.
            apply(session, (*change[:4], change[4] + days, change[5]))

        assert one(session, "all", as_of=as_of) == before


def test_what_the_doors_ask_agrees_with_itself(played):
    with unit_of_work(played, write=False) as session:
        last = FIRST + timedelta(days=40)
        whole = performance.summary(
            session, tenant_id=TENANT, cohort_key="decision=PICK", start_date=FIRST, end_date=last
        )
        assert whole.figures.graded > 0
        now = endings.of_tenant(session, tenant_id=TENANT)[-1].published_at
        found = performance.by_cohort(session, tenant_id=TENANT, days_back=60, now=now + 24 * HOUR)
        spread_of = performance.clv_distribution(session, tenant_id=TENANT, days_back=60, now=now + 24 * HOUR)
        values = brute_force(session, lambda pick: pick["decision"] == "PICK")[2]

    assert found.rows[0].cohort_key == "decision=PICK"
    assert found.rows[0].units == pytest.approx(whole.figures.units)
    assert found.tested == len({row.cohort_key for row in found.rows}) == len(found.rows)
    assert found.surviving == sum(row.survives for row in found.rows)
    assert spread_of.n == len(values) == sum(item.n for item in spread_of.bins)
    for item in spread_of.bins:
        low, high = item.low or -math.inf if item.low != 0 else 0.0, item.high if item.high is not None else math.inf
        assert item.n == sum(low <= value < high for value in values)
    # One unit in one answer: mean, median, quantiles and bins are all in probability.
    assert spread_of.value.mean == pytest.approx(sum(values) / len(values))
    assert spread_of.median == pytest.approx(sorted(values)[len(values) // 2], abs=0.03)
    assert whole.reliability.n == whole.figures.scores.n


def test_the_intervals_say_what_daily_sums_say(played):
    """The running interval contains the mean, is wider than the ordinary one, and is that of the sums by day."""
    with unit_of_work(played, write=False) as session:
        row = one(session, "all")
        items = endings.of_tenant(session, tenant_id=TENANT)
    value = row.clv.value
    assert value.low < value.mean < value.high
    assert value.always_low <= value.mean <= value.always_high
    assert value.always_high - value.always_low > value.high - value.low
    assert value.days == len({item.day for item in items if item.track and item.track.clv_prob is not None})
    assert value.mean == pytest.approx(float(spread.clv_of(items).mean()))


def test_an_empty_cohort_has_figures_that_say_nothing(played):
    with unit_of_work(played, write=False) as session:
        found = performance.summary(
            session, tenant_id=TENANT, cohort_key="league=nhl", start_date=FIRST, end_date=FIRST
        )
        assert found.figures.graded == found.reliability.n == 0
        assert found.figures.roi.mean is None
        assert not found.figures.survives
        with pytest.raises(BadInput, match="end_date must not be before start_date"):
            performance.summary(
                session, tenant_id=TENANT, cohort_key="all", start_date=FIRST, end_date=FIRST - timedelta(days=1)
            )
        with pytest.raises(BadInput, match="days_back must be from 1"):
            performance.by_cohort(session, tenant_id=TENANT, days_back=0, now=instant(0))


def test_the_start_that_counts_is_the_one_known_at_publication(played):
    with unit_of_work(played, write=False) as session:
        item = endings.of_tenant(session, tenant_id=TENANT)[0]
    with rolled_back(played) as session:
        before = cohort({Dimension.HOURS: "6-12"})
        held = [one(session, before.key).graded]
        rows = rows_of(session, "SELECT * FROM event_version WHERE event_id = :name", name=item.event_id)
        later = rows[-1] | {"version": rows[-1]["version"] + 1, "starts_at": rows[-1]["starts_at"] + 10**12,
                            "received_at": rows[-1]["received_at"] + 10**12}  # fmt: skip
        from closeline.store.tables import metadata

        session.append(metadata.tables["event_version"], tuple(later), [tuple(later.values())])
        cells.rebuild(session, tenant_id=TENANT)
        held.append(one(session, before.key).graded)

    assert held[0] == held[1] > 0


def dated(found):
    """Give what may be read on any day, by cohort."""
    return {
        row.cohort_key: (
            [(part.always_mean, part.always_low, part.always_high, part.always_n, part.e_value)
             for part in (row.roi, row.clv.value)],
            row.survives,
        )
        for row in found.rows
    }  # fmt: skip


def test_what_may_be_read_daily_does_not_begin_anew_with_a_window(played):
    """A series that restarts with each window flags a third of all fair bettors in time, and hides what was flagged."""
    with unit_of_work(played, write=False) as session:
        items = endings.of_tenant(session, tenant_id=TENANT)
        days = sorted({item.day for item in items})
        now = items[-1].published_at + 24 * HOUR
        whole = performance.by_cohort(session, tenant_id=TENANT, days_back=400, now=now)
        asked = {"tenant_id": TENANT, "cohort_key": "decision=PICK", "end_date": date.fromisoformat(days[-1])}
        summed = [
            performance.summary(session, start_date=date.fromisoformat(day), **asked).figures for day in days[::-3]
        ]
        for back in (3, 5, 10):
            found = performance.by_cohort(session, tenant_id=TENANT, days_back=back, now=now)
            spread_of = performance.clv_distribution(session, tenant_id=TENANT, days_back=back, now=now)

            assert 0 < found.rows[0].graded < whole.rows[0].graded
            assert dated(found).items() <= dated(whole).items()
            assert found.tested == whole.tested
            assert spread_of.value == found.rows[0].clv.value
    for row in summed:
        assert row.clv.value.e_value == whole.rows[0].clv.value.e_value
        assert row.roi.always_low == whole.rows[0].roi.always_low
    assert summed[0].clv.value.n < summed[-1].clv.value.n <= summed[0].clv.value.always_n


def voided(session, name, reason):
    old = grades.league_grades(session, tenant_id=TENANT, league="nba")[name]
    grades.add_grades(session, [replace(
        old, result_version=old.result_version + 1, result="VOID", reason=reason, units_micros=0, brier=None,
        log_loss=None, brier_market=None, supersedes=old.name, graded_at=old.graded_at + HOUR,
    )])  # fmt: skip


def won_with_a_close(session):
    return next(
        item
        for item in endings.of_tenant(session, tenant_id=TENANT)
        if item.grade and item.grade.result == "WIN" and item.track and item.track.clv_prob is not None
    )


@pytest.mark.parametrize("reason", VOIDS)
def test_a_void_keeps_its_place_and_its_bounds_in_what_is_read_daily(played, reason):
    with rolled_back(played) as session:
        item = won_with_a_close(session)
        before = one(session, "all")
        highest = figures.one(cells.read(session, tenant_id=TENANT), Cohort()).sums.highest_micros
        voided(session, item.pick_id, reason)
        after = one(session, "all")

        assert (after.voids, after.roi.n) == (before.voids + 1, before.roi.n - 1)
        assert (after.roi.always_n, after.roi.always_days) == (before.roi.always_n, before.roi.always_days)
        assert after.clv.value.always_n == before.clv.value.always_n
        assert figures.one(cells.read(session, tenant_id=TENANT), Cohort()).sums.highest_micros == highest
        assert after.roi.always_mean * after.roi.always_n == pytest.approx(after.units)


@pytest.mark.parametrize("reason", VOIDS)
def test_only_a_void_that_came_after_the_start_keeps_its_closing_line_value(played, reason):
    with rolled_back(played) as session:
        item = won_with_a_close(session)
        before = one(session, "all")
        voided(session, item.pick_id, reason)
        after = one(session, "all")
        spread_of = performance.distribution(session, tenant_id=TENANT, only=Cohort())
        report = closing.clv_report(
            session, tenant_id=TENANT, leagues=[League.NBA], by=[], as_of=item.grade.graded_at + timedelta(days=400)
        )

    assert report.total.figures.n == after.clv.value.n
    left_out = int(reason in UNPLAYED)
    assert after.clv.value.n == spread_of.n == before.clv.value.n - left_out
    assert after.clv.missing == before.clv.missing
    assert after.expected_close.n == before.expected_close.n - 1


@pytest.mark.parametrize("units_micros", [-(10**9), 10**9])
def test_a_stored_unit_beyond_its_bounds_is_a_corrupt_record(played, units_micros):
    with rolled_back(played) as session:
        item = won_with_a_close(session)
        beyond = replace(
            item.grade, result_version=item.grade.result_version + 1, units_micros=units_micros,
            supersedes=item.grade.name,
        )  # fmt: skip
        grades.add_grades(session, [beyond])

        with pytest.raises(
            CorruptRecord, match=r"^daily sums of .* must be within their bounds .*; make the sums anew"
        ):
            performance.cohorts(session, tenant_id=TENANT, along=[tuple(Dimension)], only=cohort_of(item))
