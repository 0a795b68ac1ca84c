"""The report of closing line value: what is void before play is left out, premises are told apart, reasons are counted."""

# mypy: disable-error-code="comparison-overlap, operator"

import math
from dataclasses import replace

import pytest

from closeline.domain.leagues import League
from closeline.flow.view import closing
from closeline.flow.view.closing import By, Closed, clv_report
from closeline.maths.clv.segments import ClvOf, segment_figures
from closeline.maths.simulate.streams import stream
from closeline.store import results
from closeline.store.desk import grades
from closeline.store.session import unit_of_work
from tests.builders.records import TENANT

NOW = grades.ALL_TIME


@pytest.fixture
def items(played):
    with unit_of_work(played, write=False) as session:
        return closing.closed(session, tenant_id=TENANT, league=League.NBA, as_of=NOW)


def voided(item: Closed, reason: str) -> Closed:
    assert item.grade is not None
    return replace(item, grade=replace(item.grade, result="VOID", reason=reason))


def test_every_published_pick_of_a_season_has_a_close_or_a_reason(items) -> None:
    assert len(items) > 10
    assert all((item.track.clv_ev is None) == (item.track.missing_reason is not None) for item in items)


@pytest.mark.parametrize(
    ("reason", "left_out"),
    [("CANCELLED", 1), ("INSUFFICIENT_PLAY", 0), ("LISTED_PITCHER_CHANGED", 1)],
)
def test_a_void_counts_only_when_it_came_after_the_game_began(items, reason, left_out) -> None:
    changed = [voided(items[0], reason), *items[1:]]
    found = closing._segment({}, changed)

    assert (found.voids_left_out, found.voids_after_start) == (left_out, 1 - left_out)
    assert found.figures.n + found.figures.n_missing == len(items) - left_out
    assert found.without_voids.n + found.without_voids.n_missing == len(items) - 1


def test_a_postponed_void_stays_left_out_though_its_game_was_played_in_the_end(played) -> None:
    with unit_of_work(played) as session:
        before = closing.closed(session, tenant_id=TENANT, league=League.NBA, as_of=NOW)
        grade = next(item.grade for item in before if item.grade is not None and item.track.clv_ev is not None)
        assert results.of_events(session, [item.pick.selection.event_id for item in before], as_of=NOW)
        grades.add_grades(session, [replace(
            grade, result_version=grade.result_version + 1, result="VOID", units_micros=0, supersedes=grade.name,
            reason="POSTPONED_OUTSIDE_WINDOW", cause="RESULT_CORRECTION", brier=None, log_loss=None,
            brier_market=None, log_loss_market=None, brier_close=None, log_loss_close=None,
        )])  # fmt: skip
        found = clv_report(session, tenant_id=TENANT, leagues=[League.NBA], by=[], as_of=NOW).total

    assert (found.voids_left_out, found.voids_after_start) == (1, 0)
    assert found.figures.n + found.figures.n_missing == len(before) - 1


def test_picks_whose_premise_changed_are_counted_with_and_without(items) -> None:
    changed = [replace(items[0], track=replace(items[0].track, premise="PREMISE_CHANGED: x")), *items[1:]]
    found = closing._segment({}, changed)

    assert found.premise_changes == 1
    assert found.figures.n + found.figures.n_missing == len(items)
    assert found.without_premise_changes.n + found.without_premise_changes.n_missing == len(items) - 1


def test_segments_by_hours_part_the_picks(played) -> None:
    with unit_of_work(played, write=False) as session:
        found = clv_report(session, tenant_id=TENANT, leagues=[League.NBA], by=[By.HOURS], as_of=NOW)

    assert {item.keys["hours"] for item in found.segments} <= {
        "under 1",
        "1 to 6",
        "6 to 24",
        "24 to 72",
        "72 and more",
    }
    counted = sum(item.figures.n + item.figures.n_missing for item in found.segments)
    assert counted == found.total.figures.n + found.total.figures.n_missing > 0


def test_missing_closes_are_counted_by_reason_and_never_imputed() -> None:
    known = [ClvOf("a", 0.02, 1, 0.01), ClvOf("b", -0.01, -1, 0.03), ClvOf("b", 0.0, 0)]
    lost = [ClvOf("c", None, reason="STALE"), ClvOf("d", None, reason="STALE"), ClvOf("e", None, reason="NO_QUOTE")]
    figures = segment_figures([*known, *lost], stream("a test"))

    assert (figures.n, figures.n_missing, figures.missing) == (3, 3, {"NO_QUOTE": 1, "STALE": 2})
    assert figures.mean == pytest.approx(0.01 / 3)
    assert (figures.events, figures.median, figures.beat_close_share) == (2, 0.0, pytest.approx(1 / 3))
    assert (figures.share_positive, figures.share_zero, figures.share_negative) == (1 / 3, 1 / 3, pytest.approx(1 / 3))
    assert figures.band_width == pytest.approx(0.02)
    assert figures.t == pytest.approx(figures.mean / (math.sqrt(7 / 3 / 1e4) / math.sqrt(3)), rel=1e-6)


def test_nothing_gives_no_figure_and_one_event_gives_no_interval() -> None:
    nothing = segment_figures([], stream("a test"))
    one = segment_figures([ClvOf("a", 0.02), ClvOf("a", 0.04)], stream("a test"))

    assert (nothing.mean, nothing.low, nothing.t, nothing.share_positive, nothing.beat_close_share) == (None,) * 5
    assert (one.mean, one.low, one.high) == (pytest.approx(0.03), None, None)
