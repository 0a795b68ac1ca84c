"""Names as hostile or careless feeds spell them: one team stays one team, and what only looks like one is nobody."""

import unicodedata
from typing import Literal

import pytest

from closeline.domain.leagues import League
from closeline.providers.reasons import Reason
from closeline.providers.the_odds_api.feed import TheOddsApi
from tests.providers.payloads import odds_event, odds_response, outcome
from tests.providers.test_team_aliases import team

ACCENTED = "San José State Spartans"


def event_of(home: str) -> tuple[str | None, list[str]]:
    """Return the home team of an event as it is read, and why prices were rejected."""
    market = {"key": "h2h", "outcomes": [outcome(home, -120), outcome("Los Angeles Lakers", 100)]}
    parsed = TheOddsApi().parse(odds_response(odds_event(market, home_team=home)))
    return (parsed.events[0].home if parsed.events else None), [each.reason for each in parsed.rejected]


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_an_accent_in_one_piece_or_in_two_is_the_same_team(form: Literal["NFC", "NFD"]) -> None:
    spelled = unicodedata.normalize(form, ACCENTED)
    home, reasons = event_of(spelled)

    assert (home, reasons) == (spelled, [])
    assert team(League.NCAAF, spelled) == team(League.NCAAF, ACCENTED) == "san-jose-state"


def test_the_two_spellings_are_different_text_so_that_comparing_them_as_text_would_part_one_team() -> None:
    assert unicodedata.normalize("NFC", ACCENTED) != unicodedata.normalize("NFD", ACCENTED)


@pytest.mark.parametrize("spelled", ["Detroit Pist\u043ens", "Detroit Pistons \U0001f3c0", "Detroit Pistons II"])
def test_what_only_looks_like_a_team_is_read_as_it_stands_and_is_no_team_of_ours(spelled: str) -> None:
    home, _ = event_of(spelled)

    assert home == spelled
    assert team(League.NBA, spelled) is None


@pytest.mark.parametrize(
    "spelled", ["", "   ", "x" * 300, "Detroit\u202e Pistons", "Detroit\nPistons", "Detroit\x1b[31m"]
)
def test_a_name_that_cannot_be_shown_is_not_read_at_all(spelled: str) -> None:
    assert event_of(spelled) == (None, [Reason.BAD_RECORD])


def test_a_team_that_moved_is_known_by_its_old_and_its_new_name() -> None:
    assert team(League.NFL, "Oakland Raiders") == team(League.NFL, "Las Vegas Raiders") == "raiders"
