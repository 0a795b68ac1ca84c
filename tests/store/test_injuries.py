"""Injury reports: what was known at a moment, and what is no news because it was said before."""

from dataclasses import replace
from datetime import timedelta

from closeline.domain.feeds.captures import RawPayload
from closeline.domain.forecasts.injuries import PlayStatus
from closeline.domain.leagues import League
from closeline.store import injuries
from closeline.store.injuries import REPORT_AGE_MAX, InjuryReport
from closeline.store.polls import captures
from closeline.store.session import unit_of_work
from tests.builders.injuries import AWAY_TEAM, HOME_TEAM, STAR, plant_report, plant_values
from tests.builders.moments import HOUR, MINUTE, OPENS
from tests.builders.records import number


def found(session, at=OPENS, teams=(HOME_TEAM, AWAY_TEAM)):
    return injuries.reports(session, league="nba", team_ids=teams, since=at - REPORT_AGE_MAX, as_of=at)


def test_reports_of_the_teams_come_with_the_newest_last(seeded):
    with unit_of_work(seeded) as session:
        plant_report(session, "OUT", reported_at=OPENS - HOUR)
        plant_report(session, "QUESTIONABLE", reported_at=OPENS - 5 * HOUR)
        plant_report(session, "DOUBTFUL", reported_at=OPENS - 2 * HOUR, team_id=AWAY_TEAM, player="Ann Guard")
        plant_report(session, "OUT", reported_at=OPENS - HOUR, team_id="nba_jazz", player="Somebody Else")

        assert [(item.team_id, item.player_name, item.status) for item in found(session)] == [
            (HOME_TEAM, STAR, PlayStatus.QUESTIONABLE),
            (AWAY_TEAM, "Ann Guard", PlayStatus.DOUBTFUL),
            (HOME_TEAM, STAR, PlayStatus.OUT),
        ]
        assert found(session, teams=()) == []


def test_a_report_received_later_is_unseen_whatever_its_source_dates_it(seeded):
    with unit_of_work(seeded) as session:
        plant_report(session, reported_at=OPENS - HOUR, received_at=OPENS + MINUTE)

        assert found(session) == []
        assert [item.known_at for item in found(session, OPENS + MINUTE)] == [OPENS - HOUR]


def test_a_report_dated_after_it_was_received_was_out_when_it_was_received(seeded):
    with unit_of_work(seeded) as session:
        plant_report(session, reported_at=OPENS + HOUR, received_at=OPENS)

        assert [item.known_at for item in found(session)] == [OPENS]


def test_a_report_counts_for_a_week(seeded):
    with unit_of_work(seeded) as session:
        plant_report(session, reported_at=OPENS - timedelta(days=7))

        assert len(found(session)) == 1
        assert found(session, OPENS + MINUTE) == []


def test_the_same_said_again_is_no_new_report_and_a_change_back_is_one(seeded):
    with unit_of_work(seeded) as session:
        sha = captures.keep_payload(session, RawPayload("one", b"one", OPENS), feed="made up")
        first = InjuryReport(
            League.NBA, HOME_TEAM, STAR, None, PlayStatus.OUT, "Knee", OPENS - HOUR, sha, "a", OPENS - HOUR
        )
        again = replace(first, place="b", received_at=OPENS, player_name="Jay  STAR")
        better = replace(first, place="c", received_at=OPENS + MINUTE, status=PlayStatus.PROBABLE)
        back = replace(first, place="d", received_at=OPENS + HOUR)

        assert [injuries.add(session, [item]) for item in (first, again, better, back, back)] == [1, 0, 1, 1, 0]
        assert number(session, "SELECT count(*) FROM injury_report") == 3
        assert injuries.add(session, []) == 0


def test_values_are_in_force_from_their_moment_until_the_next(seeded):
    with unit_of_work(seeded) as session:
        assert injuries.values_in_force(session, league="nba", as_of=OPENS) is None
        first = plant_values(session, at=OPENS)
        second = plant_values(session, [(HOME_TEAM, STAR, 3.0)], at=OPENS + HOUR)
        found = [
            injuries.values_in_force(session, league="nba", as_of=at) for at in (OPENS - MINUTE, OPENS, OPENS + HOUR)
        ]

        assert [item and (item[0], item[1].values[0].value_points) for item in found] == [
            None,
            (first, 6.0),
            (second, 3.0),
        ]
        assert injuries.values_of(session, first).values[0].value_points == 6.0
