"""Which team a spelling means, with aliases made for the purpose."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from closeline.domain.identity import ANY_PROVIDER, Alias, AliasTable
from closeline.domain.leagues import League

FEED = "a_feed"


def a_table(*more: tuple[League, str, str, str]) -> AliasTable:
    return AliasTable(
        [
            Alias(League.NFL, ANY_PROVIDER, "Los Angeles Rams", "nfl_rams"),
            Alias(League.NFL, ANY_PROVIDER, "Los Angeles Chargers", "nfl_chargers"),
            Alias(League.NFL, "old_archive", "LosAngeles", "nfl_rams"),
            Alias(League.NCAAF, ANY_PROVIDER, "Washington", "ncaaf_washington"),
            Alias(League.NCAAF, ANY_PROVIDER, "Washington State", "ncaaf_washington-state"),
            *more,
        ]
    )


def test_a_name_is_matched_after_folding() -> None:
    assert a_table().resolve(League.NFL, FEED, "LOS ANGELES  rams") == "nfl_rams"


def test_a_league_knows_only_its_own_names() -> None:
    assert a_table().resolve(League.NBA, FEED, "Los Angeles Rams") is None


def test_a_providers_alias_is_its_own() -> None:
    table = a_table()

    assert table.resolve(League.NFL, "old_archive", "Los Angeles") == "nfl_rams"
    assert table.resolve(League.NFL, FEED, "Los Angeles") is None


def test_a_providers_alias_goes_before_everybodys() -> None:
    table = a_table((League.NFL, FEED, "Los Angeles Rams", "nfl_chargers"))

    assert table.resolve(League.NFL, FEED, "Los Angeles Rams") == "nfl_chargers"
    assert table.resolve(League.NFL, "other", "Los Angeles Rams") == "nfl_rams"


@pytest.mark.parametrize("provider", [ANY_PROVIDER, FEED])
def test_a_spelling_of_two_teams_means_neither(provider: str) -> None:
    table = a_table((League.NFL, provider, "L.A.", "nfl_rams"), (League.NFL, provider, "LA", "nfl_chargers"))

    assert table.resolve(League.NFL, FEED, "L.A.") is None


def test_a_providers_own_doubt_is_not_settled_by_everybodys_name() -> None:
    table = a_table(
        (League.NFL, FEED, "Los Angeles Rams", "nfl_chargers"), (League.NFL, FEED, "Los Angeles Rams", "nfl_rams")
    )

    assert table.resolve(League.NFL, FEED, "Los Angeles Rams") is None


def test_the_order_of_aliases_does_not_matter() -> None:
    entries = [(League.NFL, FEED, "X", "nfl_rams"), (League.NFL, FEED, "X", "nfl_chargers")]

    assert AliasTable(entries).resolve(League.NFL, FEED, "X") is None
    assert AliasTable(reversed(entries)).resolve(League.NFL, FEED, "X") is None


@pytest.mark.parametrize(
    "spelling", ["", "   ", "...", "Washingtom", "W\u0430shington", "x" * 300, "Washington\U0001f3c8"]
)
def test_what_is_not_known_is_nobody(spelling: str) -> None:
    assert a_table((League.NCAAF, ANY_PROVIDER, "...", "ncaaf_nobody")).resolve(League.NCAAF, FEED, spelling) is None


def test_a_near_miss_is_a_suggestion_and_no_match() -> None:
    table = a_table()

    assert table.resolve(League.NCAAF, FEED, "Washingtom") is None
    assert table.suggest("Washingtom", league=League.NCAAF)[0] == "Washington"


def test_suggestions_are_best_first_and_at_most_n() -> None:
    assert a_table().suggest("Washington Stat", n=1) == ("Washington State",)
    assert a_table().suggest("Los Angeles Ram", league=League.NCAAF) == ()


def test_a_spelling_that_is_no_name_is_not_compared() -> None:
    assert a_table().suggest("Washington" * 1000) == ()


@given(st.text(max_size=40))
def test_nothing_is_matched_that_is_not_an_alias(spelling: str) -> None:
    from closeline.domain.identity.names import fold

    found = a_table().resolve(League.NCAAF, FEED, spelling)

    assert (found is not None) == (fold(spelling) in {"washington", "washingtonstate"})
