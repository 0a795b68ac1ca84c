"""Weekly designations of a table: who is reported, when, and what is no report."""

import io
from datetime import UTC, datetime

import polars as pl
import pytest

from closeline.domain.errors import BadInput
from closeline.domain.feeds.captures import RawPayload
from closeline.domain.forecasts.injuries import ParsedInjuries, PlayStatus
from closeline.domain.leagues import League
from closeline.providers.catalog import injury_reader
from closeline.providers.injury_table import FEED, parse, recognises
from closeline.providers.live.injuries import EspnInjuries
from closeline.providers.reasons import Reason
from tests.providers.payloads import games_csv
from tests.providers.test_injuries import a_payload, a_report, a_team
from tests.providers.test_team_aliases import team
from tests.shared_data import shared_data

AT = datetime(2024, 1, 14, 12, tzinfo=UTC)


def a_row(**changes: object) -> dict[str, object]:
    row: dict[str, object] = {
        "season": 2023, "game_type": "WC", "team": "TB", "week": 19, "gsis_id": "00-0034855", "full_name": "Baker Mayfield",
        "report_primary_injury": "Ribs", "report_status": "Questionable", "practice_status": "Limited Participation in Practice",
        "date_modified": "2024-01-13 20:44:49",
    }  # fmt: skip
    return row | changes


def sample(*rows: dict[str, object]) -> RawPayload:
    return RawPayload("injuries_2023.csv", games_csv(*rows).content, AT)


def read(**changes: object) -> ParsedInjuries:
    return parse(sample(a_row(**changes)), League.NFL)


def test_a_row_is_a_report_of_its_player_with_its_time_in_utc() -> None:
    (found,) = read().reports

    assert (found.team, found.player, found.provider_player_id) == ("TB", "Baker Mayfield", "00-0034855")
    assert (found.status, found.detail, found.place) == (PlayStatus.QUESTIONABLE, "Ribs", "row 1")
    assert found.reported_at == datetime(2024, 1, 13, 20, 44, 49, tzinfo=UTC)


@pytest.mark.parametrize("told", ["NA", "", None])
def test_a_row_without_a_designation_is_no_report_and_no_fault(told: object) -> None:
    found = read(report_status=told)

    assert (found.reports, found.rejected) == ((), ())


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"report_status": "Note"}, Reason.UNKNOWN_STATUS),
        ({"full_name": "NA"}, Reason.BAD_RECORD),
        ({"team": ""}, Reason.BAD_RECORD),
        ({"date_modified": "soon"}, Reason.UNREADABLE_DATE),
        ({"date_modified": "NA"}, Reason.UNREADABLE_DATE),
    ],
)
def test_a_row_that_cannot_be_read_is_rejected_with_its_place(changes: dict[str, object], reason: Reason) -> None:
    found = read(**changes)

    assert found.reports == ()
    assert [(each.reason, each.place, each.prices) for each in found.rejected] == [(reason, "row 1", 0)]


def test_the_table_is_of_one_league() -> None:
    with pytest.raises(BadInput, match="--league nfl"):
        parse(sample(a_row()), League.NBA)


def test_it_is_known_by_its_columns_as_text_and_as_parquet() -> None:
    content = io.BytesIO()
    pl.DataFrame([a_row()]).write_parquet(content)
    packed = RawPayload("injuries.parquet", content.getvalue(), AT)

    assert recognises(packed)
    assert parse(packed, League.NFL).reports == read().reports
    assert getattr(injury_reader(sample(a_row())), "FEED", None) == FEED
    assert injury_reader(games_csv({"home_team": "a", "away_team": "b"})) is None
    assert injury_reader(RawPayload("x.parquet", b"PAR1 broken", AT)) is None


def test_live_reports_were_received_when_the_desk_says() -> None:
    payload = a_payload(a_team(a_report()), timestamp="2030-01-01T00:00:00Z")

    assert EspnInjuries().parse(payload, League.NBA).received_at == payload.received_at


def test_the_shared_table_is_read_whole_and_names_teams_that_we_know() -> None:
    (path,) = shared_data("injuries/nfl_injuries.parquet")
    payload = RawPayload(path.name, path.read_bytes(), AT)
    found = parse(payload, League.NFL)

    assert len(found.reports) + len(found.rejected) == pl.read_parquet(path).height
    assert found.rejected == ()
    assert {each.team for each in found.reports if team(League.NFL, each.team, found.provider) is None} == set()
