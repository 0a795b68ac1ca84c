"""Injuries through the jobs: imported once, used by a forecast that comes out again, and by a game on demand."""

# mypy: disable-error-code="arg-type, union-attr"

import pytest

from closeline.domain.errors import LookAhead
from closeline.domain.forecasts.injuries import Absence, PlayStatus
from closeline.domain.leagues import League
from closeline.domain.markets import Side
from closeline.flow import forecast as verb
from closeline.jobs.importing.injuries import import_injuries
from closeline.jobs.replaying.verify import verify_run
from closeline.jobs.simulating import Asked, of_event
from closeline.store import forecasts
from closeline.store.past.ratings import RatingBook
from closeline.store.polls import captures
from closeline.store.session import unit_of_work
from tests.builders.desks import a_desk
from tests.builders.injuries import STAR, STAR_POINTS, a_bulletin, a_report, a_team, plant_report, plant_values
from tests.builders.moments import HOUR, MINUTE, OPENS
from tests.builders.payloads import GAME, a_payload, three_markets
from tests.builders.records import TENANT, number, rows_of, take_in_and_price, tamper
from tests.builders.stories import NBA

NOW = OPENS + 2 * HOUR


def imported(engine, *teams, league=League.NBA, now=NOW, at=OPENS):
    return import_injuries(a_desk(engine, now=now), a_bulletin(*teams, league=league, at=at)).capture


def reports(session):
    return rows_of(session, "SELECT team_id, player_name, status, place FROM injury_report ORDER BY place")


def test_every_report_is_kept_with_its_team_its_bytes_and_its_times(seeded):
    figures = imported(seeded, a_team(a_report(), a_report("Ann Guard", "DAYTODAY")))

    assert (figures.received, figures.accepted, figures.unchanged, figures.quarantined) == (2, 2, 0, {})
    with unit_of_work(seeded, write=False) as session:
        assert reports(session) == [
            {"team_id": "nba_celtics", "player_name": STAR, "status": "OUT", "place": "$.injuries[0].injuries[0]"},
            {
                "team_id": "nba_celtics", "player_name": "Ann Guard", "status": "QUESTIONABLE",
                "place": "$.injuries[0].injuries[1]",
            },
        ]  # fmt: skip
        (row, _) = rows_of(session, "SELECT payload_sha FROM injury_report")
        assert (
            captures.payload(session, row["payload_sha"]).content
            == a_bulletin(a_team(a_report(), a_report("Ann Guard", "DAYTODAY"))).payload.content
        )


def test_the_same_bytes_again_add_nothing(seeded):
    teams = (a_team(a_report(), a_report(code="x", type={"name": "INJURY_STATUS_VACATION"})),)
    tables = ("injury_report", "quarantine", "raw_payload", "mapping_review")
    imported(seeded, *teams)
    with unit_of_work(seeded, write=False) as session:
        before = [number(session, f"SELECT count(*) FROM {table}") for table in tables]

    again = imported(seeded, *teams)

    assert (again.accepted, again.unchanged, again.quarantined) == (0, 1, {"UNKNOWN_STATUS": 1})
    with unit_of_work(seeded, write=False) as session:
        assert [number(session, f"SELECT count(*) FROM {table}") for table in tables] == before


def test_the_same_report_in_later_bytes_is_unchanged(seeded):
    imported(seeded, a_team(a_report()))
    later = imported(seeded, a_team(a_report()), at=OPENS + HOUR)

    assert (later.accepted, later.unchanged) == (0, 1)


def test_what_cannot_be_used_goes_to_quarantine_with_its_reason_and_nothing_is_lost(seeded):
    figures = imported(
        seeded,
        a_team(a_report(), a_report("No Date", date="soon"), a_report("", "OUT"), a_report("Odd One", "VACATION")),
        a_team(a_report("Far Away"), name="Springfield Isotopes"),
        {"id": "9"},
    )

    assert figures.quarantined == {
        "UNREADABLE_DATE": 1, "BAD_RECORD": 1, "UNKNOWN_STATUS": 1, "UNKNOWN_TEAM": 2,
    }  # fmt: skip
    assert figures.received == figures.accepted + sum(figures.quarantined.values())
    with unit_of_work(seeded, write=False) as session:
        (asked,) = rows_of(session, "SELECT league, provider, spelling FROM mapping_review")
        assert asked == {"league": "nba", "provider": "espn", "spelling": "Springfield Isotopes"}
        places = {row["place"] for row in rows_of(session, "SELECT place FROM quarantine WHERE reason='UNKNOWN_TEAM'")}
        assert places == {"$.injuries[1].injuries[0]", "$.injuries[2]"}


def test_teams_of_another_league_are_refused_and_none_of_them_is_guessed(seeded):
    figures = imported(
        seeded,
        a_team(a_report(part="wnba"), name="Atlanta Dream"),
        a_team(a_report("Ann Guard", part="wnba"), name="Chicago Sky"),
    )

    assert (figures.accepted, figures.quarantined) == (0, {"UNKNOWN_TEAM": 2})


def test_a_player_whose_page_is_of_another_league_is_refused_though_the_team_shares_its_name(seeded):
    football = a_report(part="college-football")
    team = a_team(football, a_report("Ann Guard", part="mens-college-basketball"), name="Alabama")

    assert imported(seeded, team, league=League.NCAAB).quarantined == {"OTHER_LEAGUE": 1}
    with unit_of_work(seeded, write=False) as session:
        assert [row["player_name"] for row in reports(session)] == ["Ann Guard"]


def test_bytes_that_claim_to_be_of_later_are_refused(seeded):
    with pytest.raises(LookAhead, match="must hold nothing received after"):
        imported(seeded, a_team(a_report()), at=NOW + MINUTE)
    with unit_of_work(seeded, write=False) as session:
        assert number(session, "SELECT count(*) FROM raw_payload") == 0


def forecast_with_news(engine, status="OUT", *, values=True):
    """Put quotes, a later report and a forecast after both into the record, and give the run's name."""
    with unit_of_work(engine) as session:
        snapshot = take_in_and_price(session, a_payload(*three_markets()))
        if values:
            plant_values(session)
        plant_report(session, status, reported_at=OPENS + MINUTE)
        verb.forecast(session, RatingBook(), tenant_id=TENANT, league=NBA, snapshot_id=snapshot, as_of=OPENS + HOUR)
        return forecasts.last_run(session, GAME, tenant_id=TENANT)


@pytest.mark.parametrize("status", ["OUT", "QUESTIONABLE"])
def test_a_run_with_news_is_identical_when_it_is_executed_again(trusting, status):
    name = forecast_with_news(trusting, status)
    # What the record learns afterwards, even of a moment before, is not asked.
    with unit_of_work(trusting) as session:
        plant_report(session, "PROBABLE", reported_at=OPENS + 2 * MINUTE)
        plant_values(session, [("nba_celtics", STAR, 1.0)], at=OPENS - HOUR)

    assert verify_run(a_desk(trusting, now=NOW, reads=False), name).differences == ()


def test_a_run_whose_report_was_changed_by_hand_is_found(trusting):
    name = forecast_with_news(trusting, "QUESTIONABLE")
    assert tamper(trusting, "injury_report", "UPDATE injury_report SET status = 'OUT'") == 1

    assert not verify_run(a_desk(trusting, now=NOW, reads=False), name).identical


def test_a_game_on_demand_takes_what_was_reported_since_its_quotes(trusting):
    forecast_with_news(trusting)
    desk = a_desk(trusting, now=NOW)
    plain = of_event(a_desk(trusting, now=OPENS), GAME, Asked())
    found = of_event(desk, GAME, Asked())

    assert found.margin - plain.margin == pytest.approx(-STAR_POINTS)
    assert [part.name for part in found.decomposition.adjustments].count("INJURIES") == 1


def test_an_option_goes_before_the_report_of_the_same_player(trusting):
    forecast_with_news(trusting)
    plain = of_event(a_desk(trusting, now=OPENS), GAME, Asked())
    asked = Asked(absences=(Absence(Side.HOME, "jay star", 2.0, PlayStatus.OUT, NOW),))
    found = of_event(a_desk(trusting, now=NOW), GAME, asked)

    assert found.margin - plain.margin == pytest.approx(-2.0)


def test_a_game_on_demand_names_who_is_in_the_quotes_and_who_has_no_value(trusting):
    forecast_with_news(trusting)
    with unit_of_work(trusting) as session:
        plant_values(session, [("nba_celtics", STAR, 6.0), ("nba_heat", "Old News", 3.0)], at=OPENS - HOUR)
        plant_report(session, reported_at=OPENS - HOUR, team_id="nba_heat", player="Old News")
        plant_report(session, reported_at=OPENS + MINUTE, team_id="nba_heat", player="No Value")

    notes = of_event(a_desk(trusting, now=NOW), GAME, Asked()).notes
    assert "already in the quotes: Old News" in notes
    assert "no value for No Value: not counted" in notes
    assert not any(STAR in note for note in notes)
