"""Line tracks and grades come back as they were written, and only the last version counts."""

from dataclasses import replace

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
