"""Line tracks and grades come back as they were written, and only the last version counts."""

import math
from dataclasses import replace
from datetime import timedelta

import pytest

from closeline.domain.errors import AppendOnlyViolation
from closeline.store.desk import grades
from closeline.store.session import unit_of_work
from tests.builders.records import TENANT


def ends(session):
    return (
        grades.league_tracks(session, tenant_id=TENANT, league="nba"),
        grades.league_grades(session, tenant_id=TENANT, league="nba"),
    )


def test_a_pick_is_asked_for_by_name_or_with_its_league(played):
    with unit_of_work(played, write=False) as session:
        tracks, marks = ends(session)
        names = list(tracks)[:7]
        assert grades.tracks(session, names, tenant_id=TENANT) == {name: tracks[name] for name in names}
        assert grades.grades(session, names, tenant_id=TENANT) == {name: marks[name] for name in names}
        assert grades.grades(session, [], tenant_id=TENANT) == {}
        assert grades.league_grades(session, tenant_id="other", league="nba") == {}
        assert grades.league_tracks(session, tenant_id=TENANT, league="nfl") == {}


def test_the_same_result_under_the_same_rules_is_graded_once(played):
    with unit_of_work(played, write=False) as session:
        tracks, marks = ends(session)
    for again in (
        lambda session: grades.add_grades(session, [next(iter(marks.values()))]),
        lambda session: grades.add_tracks(session, [next(iter(tracks.values()))]),
    ):
        with pytest.raises(AppendOnlyViolation), unit_of_work(played) as session:
            again(session)


def test_a_later_version_is_the_one_that_counts(played):
    with unit_of_work(played) as session:
        tracks, marks = ends(session)
        name = next(iter(marks))
        grades.add_grades(session, [replace(marks[name], result_version=2, units_micros=7, supersedes=1)])
        grades.add_tracks(session, [replace(tracks[name], track_version=2, clv_points=9.0)])
        later_tracks, later_marks = ends(session)

    assert later_marks[name].units_micros == 7
    assert later_tracks[name].clv_points == 9.0
    assert {key: each for key, each in later_marks.items() if key != name} == {
        key: each for key, each in marks.items() if key != name
    }


def test_the_figures_of_a_past_date_are_those_that_there_were(played):
    with unit_of_work(played) as session:
        tracks, marks = ends(session)
        name = next(iter(marks))
        then, later = marks[name].graded_at, marks[name].graded_at + timedelta(hours=5)
        again = replace(
            marks[name], result_version=2, units_micros=7, supersedes=marks[name].name, cause="RESULT_CORRECTION",
            graded_at=later,
        )  # fmt: skip
        grades.add_grades(session, [again])
        grades.add_tracks(session, [replace(tracks[name], track_version=2, clv_points=9.0, at=later)])

        def seen(as_of):
            of = {"tenant_id": TENANT, "as_of": as_of}
            one = grades.grades(session, [name], **of).get(name), grades.tracks(session, [name], **of).get(name)
            league = {"league": "nba", **of}
            assert (
                grades.league_grades(session, **league).get(name),
                grades.league_tracks(session, **league).get(name),
            ) == one
            return one

        assert seen(then - timedelta(microseconds=1))[0] is None
        assert seen(then) == (marks[name], tracks[name])
        assert seen(later)[0] == again
        assert seen(later)[1].clv_points == 9.0
        assert [item.name for item in grades.versions(session, [name], tenant_id=TENANT)[name]] == [
            "settlement-v1@1", "settlement-v1@2",
        ]  # fmt: skip


def test_scores_stand_beside_those_of_the_market_at_both_moments(played):
    with unit_of_work(played, write=False) as session:
        _, marks = ends(session)
    decided = [mark for mark in marks.values() if mark.result in ("WIN", "LOSS")]
    won = {mark.pick_id: float(mark.result == "WIN") for mark in decided}

    assert decided
    for mark in decided:
        assert mark.brier_market == pytest.approx((mark.q_market - won[mark.pick_id]) ** 2)
        hit = abs(1 - won[mark.pick_id] - mark.q_market)
        assert mark.log_loss_market == pytest.approx(-math.log(hit))
        assert (mark.brier_close is None) == (mark.log_loss_close is None) == (mark.q_close is None)
        if mark.q_close is not None:
            assert mark.brier_close == pytest.approx((mark.q_close - won[mark.pick_id]) ** 2)
            assert mark.log_loss_close == pytest.approx(-math.log(abs(1 - won[mark.pick_id] - mark.q_close)))
    assert any(mark.q_close is not None for mark in decided)
