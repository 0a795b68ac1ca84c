"""Injury reports are read as the source gives them; what cannot be read is rejected with its place."""

import json
from datetime import UTC, datetime

import pytest

from closeline.domain.errors import UnreadableFile
from closeline.domain.feeds.captures import RawPayload
from closeline.domain.forecasts.injuries import PlayStatus, ReportedInjury
from closeline.domain.leagues import League
from closeline.providers.excerpts import excerpt_at
from closeline.providers.injuries import parse, recognises

NOON = datetime(2026, 7, 8, 12, tzinfo=UTC)


def a_report(player="Aaliyah Nye", code="INJURY_STATUS_OUT", date="2026-07-08T20:48Z", **more):
    page = {"rel": ["playercard"], "href": "https://www.espn.com/nba/player/_/id/4597509/aaliyah-nye"}
    return {
        "id": "33421",
        "shortComment": "Nye (knee) is questionable for Thursday's game.",
        "status": "Out",
        "date": date,
        "athlete": {"displayName": player, "links": [page]},
        "type": {"id": "4", "name": code, "description": "out", "abbreviation": "O"},
        "details": {"type": "Knee", "side": "Left", "returnDate": "2026-07-09"},
    } | more


def a_team(*reports, name="Atlanta Hawks"):
    return {"id": "20", "displayName": name, "injuries": list(reports)}


def a_payload(*teams, **more):
    content = {"timestamp": "2026-07-08T23:33:12Z", "status": "success", "injuries": list(teams)} | more
    return RawPayload("injuries.json", json.dumps(content).encode(), NOON)


def test_a_report_is_read_with_its_team_player_status_and_time():
    (found,) = parse(a_payload(a_team(a_report())), League.NBA).reports

    reported_at = datetime(2026, 7, 8, 20, 48, tzinfo=UTC)
    assert found == ReportedInjury(
        League.NBA,
        "Atlanta Hawks",
        "Aaliyah Nye",
        "4597509",
        PlayStatus.OUT,
        "Knee",
        reported_at,
        "$.injuries[0].injuries[0]",
    )


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("INJURY_STATUS_60DAYIL", PlayStatus.OUT),
        ("INJURY_STATUS_DOUBTFUL", PlayStatus.DOUBTFUL),
        ("INJURY_STATUS_DAYTODAY", PlayStatus.QUESTIONABLE),
        ("INJURY_STATUS_PROBABLE", PlayStatus.PROBABLE),
        ("INJURY_STATUS_ACTIVE", PlayStatus.AVAILABLE),
    ],
)
def test_the_code_says_the_status(code, status):
    assert parse(a_payload(a_team(a_report(code=code))), League.MLB).reports[0].status is status


def test_the_place_of_a_report_leads_to_it():
    payload = a_payload(a_team(a_report()), a_team(a_report("Ann"), a_report("Bob"), name="Boston Celtics"))

    last = parse(payload, League.NBA).reports[-1]

    assert (last.team, last.player) == ("Boston Celtics", "Bob")
    assert '"Bob"' in (excerpt_at(payload, last.place) or "")


@pytest.mark.parametrize(
    ("report", "reason"),
    [
        (a_report(code="INJURY_STATUS_VACATION"), "UNKNOWN_STATUS"),
        (a_report(type="Out"), "UNKNOWN_STATUS"),
        (a_report(code=None), "UNKNOWN_STATUS"),
        (a_report(date="yesterday"), "UNREADABLE_DATE"),
        (a_report(date="2026-07-08T20:48"), "UNREADABLE_DATE"),
        (a_report(player=""), "BAD_RECORD"),
        (a_report(athlete=None), "BAD_RECORD"),
        ("out", "BAD_RECORD"),
    ],
)
def test_a_report_that_cannot_be_read_is_rejected_and_the_next_one_is_read(report, reason):
    found = parse(a_payload(a_team(report, a_report("Ann"))), League.NBA)

    assert [(item.reason, item.place, item.prices) for item in found.rejected] == [
        (reason, "$.injuries[0].injuries[0]", 0)
    ]
    assert [item.player for item in found.reports] == ["Ann"]


@pytest.mark.parametrize(
    ("team", "reason"),
    [
        (a_team(a_report(), name=None), "UNKNOWN_TEAM"),
        ({"displayName": "Atlanta Hawks", "injuries": None}, "BAD_RECORD"),
        ("Atlanta Hawks", "UNKNOWN_TEAM"),
    ],
)
def test_a_team_that_cannot_be_read_is_rejected_whole(team, reason):
    found = parse(a_payload(team, a_team(a_report())), League.NBA)

    assert [(item.reason, item.place) for item in found.rejected] == [(reason, "$.injuries[0]")]
    assert len(found.reports) == 1


def test_a_player_without_a_page_has_no_number():
    report = a_report(athlete={"displayName": "Ann", "links": [{"href": "https://www.espn.com/nba/"}, 3]})

    assert parse(a_payload(a_team(report)), League.NBA).reports[0].provider_player_id is None


@pytest.mark.parametrize("content", [b"[]", b'{"injuries": {}}', b'{"teams": []}', b"{", b'{"injuries": NaN}'])
def test_what_is_no_list_of_injuries_is_unreadable(content):
    with pytest.raises(UnreadableFile):
        parse(RawPayload("injuries.json", content, NOON), League.NBA)


def test_the_format_is_recognised_and_others_are_not():
    assert recognises(a_payload(a_team(a_report())))
    assert not recognises(RawPayload("games.json", b'[{"homeTeam": "Ann", "lines": []}]', NOON))
    assert not recognises(RawPayload("games.csv", b'"injuries","displayName"', NOON))


def test_a_payload_was_received_when_it_says_and_else_when_it_was_read():
    said = parse(a_payload(a_team(a_report())), League.NBA).received_at
    silent = parse(a_payload(a_team(a_report()), timestamp=None), League.NBA).received_at

    assert (said, silent) == (datetime(2026, 7, 8, 23, 33, 12, tzinfo=UTC), NOON)


@pytest.mark.parametrize(("league", "foreign"), [(League.NBA, False), (League.NHL, True), (League.NCAAB, True)])
def test_a_player_is_foreign_where_his_page_is_of_another_league(league, foreign):
    assert parse(a_payload(a_team(a_report())), league).reports[0].foreign is foreign


def test_a_player_without_a_page_is_nowhere_foreign():
    athlete = {"displayName": "Ann"}
    assert not parse(a_payload(a_team(a_report(athlete=athlete))), League.NHL).reports[0].foreign
