"""The schedules of nflverse: their own sign of the spread, their own clock, and what contradicts itself."""

from datetime import UTC, date, datetime

import pytest

from closeline.domain.errors import BadInput
from closeline.domain.feeds.captures import Basis, ParsedPayload, Phase, RawPayload, ResultStatus
from closeline.domain.feeds.wants import Kind, Want
from closeline.domain.leagues import League
from closeline.domain.markets import Side
from closeline.providers.archives.nflverse import NflverseSchedule
from closeline.providers.live.nflverse import Nflverse
from closeline.providers.reasons import Reason
from tests.providers.conformance import check_sound, received
from tests.providers.payloads import games_csv
from tests.providers.test_team_aliases import team

TEAMS = (
    "ARI ATL BAL BUF CAR CHI CIN CLE DAL DEN DET GB HOU IND JAX KC LA LAC LV MIA MIN NE NO NYG NYJ OAK PHI PIT SD SEA SF STL"
    " TB TEN WAS"
)


def a_row(**changes: object) -> dict[str, object]:
    row: dict[str, object] = {
        "game_id": "2026_11_PIT_WAS", "season": 2026, "game_type": "REG", "week": 11, "gameday": "2026-11-22",
        "weekday": "Sunday", "gametime": "13:00", "away_team": "PIT", "away_score": "NA", "home_team": "WAS",
        "home_score": "NA", "location": "Home", "result": "NA", "total": "NA", "overtime": "NA", "old_game_id": "2026112200",
        "away_moneyline": 150, "home_moneyline": -180, "spread_line": 3.5, "away_spread_odds": -105, "home_spread_odds": -115,
        "total_line": 44.5, "under_odds": -110, "over_odds": -110,
    }  # fmt: skip
    return row | changes


def played(**changes: object) -> dict[str, object]:
    over = {
        "game_id": "2026_10_PIT_WAS",
        "gameday": "2026-11-15",
        "home_score": 27,
        "away_score": 24,
        "result": 3,
        "total": 51,
        "overtime": 1,
    }
    return a_row(**over, **changes)


def sample(*rows: dict[str, object], at: datetime = datetime(2026, 11, 20, 12, tzinfo=UTC)) -> RawPayload:
    table = games_csv(*rows)
    return RawPayload("games.csv", table.content, at)


def parse(*rows: dict[str, object]) -> ParsedPayload:
    return NflverseSchedule().parse(sample(*rows))


def lines(parsed: ParsedPayload) -> dict[tuple[str, str], tuple[float | None, str]]:
    return {
        (q.market.type, q.side): (None if q.line_quarters is None else q.line_quarters / 4, q.price.text)
        for q in parsed.quotes
    }


def test_a_positive_spread_means_that_the_home_team_is_the_favourite() -> None:
    parsed = parse(a_row())

    assert lines(parsed) == {
        ("SPREAD", Side.HOME): (-3.5, "-115"), ("SPREAD", Side.AWAY): (3.5, "-105"), ("TOTAL", Side.OVER): (44.5, "-110"),
        ("TOTAL", Side.UNDER): (44.5, "-110"), ("MONEYLINE", Side.HOME): (None, "-180"), ("MONEYLINE", Side.AWAY): (None, "150"),
    }  # fmt: skip
    assert {quote.phase for quote in parsed.quotes} == {Phase.CLOSE}
    assert parsed.archive


@pytest.mark.parametrize(
    ("changes", "kept"),
    [
        ({"spread_line": -3.5}, False),
        ({"spread_line": -0.5}, True),
        ({"spread_line": -3.5, "home_moneyline": "NA"}, True),
        ({"spread_line": -3.5, "home_moneyline": -110, "away_moneyline": -110}, True),
        ({"spread_line": -3.5, "home_moneyline": 150, "away_moneyline": -180}, True),
        ({"spread_line": 3.5, "home_moneyline": 150, "away_moneyline": -180}, False),
    ],
)
def test_a_spread_that_the_moneylines_contradict_is_set_aside(changes: dict[str, object], kept: bool) -> None:
    parsed = parse(a_row(**changes))

    assert (("SPREAD", Side.HOME) in lines(parsed)) is kept
    assert [(each.reason, each.prices) for each in parsed.rejected] == ([] if kept else [(Reason.DOUBTFUL_SIGN, 2)])
    check_sound(parsed)


def test_the_clock_is_new_yorks_whatever_the_venue_and_the_season() -> None:
    starts = {e.place: e.starts_at for e in parse(
        a_row(), a_row(game_id="2026_05_A_B", gameday="2026-10-04", gametime="09:30", location="Neutral", home_team="JAX"),
    ).events}  # fmt: skip

    assert list(starts.values()) == [
        datetime(2026, 11, 22, 18, tzinfo=UTC),
        datetime(2026, 10, 4, 13, 30, tzinfo=UTC),
    ]


def test_a_neutral_site_and_a_play_off_are_told() -> None:
    events = parse(a_row(), a_row(game_id="x", gameday="2027-02-14", game_type="SB", location="Neutral")).events

    assert [(event.neutral, event.playoff, event.day) for event in events] == [
        (False, False, date(2026, 11, 22)),
        (True, True, date(2027, 2, 14)),
    ]


def test_what_has_no_time_is_assumed_in_an_archive_and_set_aside_live() -> None:
    untimed = sample(a_row(gametime="NA"))
    archived, live = NflverseSchedule().parse(untimed), Nflverse().parse(untimed)

    assert archived.events[0].start_basis is Basis.ASSUMED
    assert (live.events, [each.reason for each in live.rejected]) == ((), [Reason.UNREADABLE_DATE])


@pytest.mark.parametrize(
    "changes",
    [
        {"gameday": "soon"}, {"home_team": "NA"}, {"home_team": "PIT"}, {"location": "Away"}, {"season": 2020}, {"game_id": ""},
    ],
)  # fmt: skip
def test_a_row_that_cannot_be_read_is_rejected_with_its_prices(changes: dict[str, object]) -> None:
    parsed = parse(a_row(**changes))

    assert parsed.events == ()
    assert [(each.reason, each.prices) for each in parsed.rejected] == [(Reason.BAD_RECORD, 6)]


def test_a_season_type_that_nobody_knows_is_rejected() -> None:
    assert [each.reason for each in parse(a_row(game_type="PRE")).rejected] == [Reason.UNKNOWN_SEASON_TYPE]


@pytest.mark.parametrize(
    "changes", [{"result": 4}, {"total": 50}, {"home_score": -1}, {"home_score": "x"}, {"home_score": "NA"}]
)
def test_a_score_that_its_own_sums_contradict_is_no_result(changes: dict[str, object]) -> None:
    parsed = parse(played() | changes)

    assert parsed.results == ()
    assert [each.reason for each in parsed.rejected] == [Reason.BAD_RESULT]


def test_live_the_season_that_is_played_is_read_with_ids_that_stay_and_no_lines() -> None:
    old = a_row(game_id="2025_01_A_B", season=2025, gameday="2025-09-07")
    parsed = Nflverse().parse(sample(old, played(), a_row()))

    assert [event.provider_event_id for event in parsed.events] == ["2026_10_PIT_WAS", "2026_11_PIT_WAS"]
    assert [(each.status, each.home_score, each.overtime) for each in parsed.results] == [
        (ResultStatus.FINAL, 27, True),
        (ResultStatus.SCHEDULED, None, False),
    ]
    assert (parsed.archive, parsed.quotes, received(parsed)) == (False, (), 0)
    assert parsed.results[0].facts.overtime_told


def test_live_a_result_before_the_start_is_set_aside() -> None:
    early = sample(played(), at=datetime(2026, 11, 15, 12, tzinfo=UTC))

    assert [each.reason for each in Nflverse().parse(early).rejected] == [Reason.BAD_RESULT]


def test_a_table_that_lacks_a_column_is_refused_by_its_name() -> None:
    row = a_row()
    del row["gametime"]
    with pytest.raises(BadInput, match="gametime"):
        Nflverse().parse(sample(row))


def test_the_table_is_asked_for_by_schedules_of_its_league_alone() -> None:
    asked = {(kind, league) for kind in Kind for league in League if Nflverse().required_items(Want(kind, league))}

    assert asked == {(Kind.SCHEDULE, League.NFL)}


def test_every_team_of_the_table_is_known() -> None:
    assert [code for code in TEAMS.split() if team(League.NFL, code, "nflverse") is None] == []
