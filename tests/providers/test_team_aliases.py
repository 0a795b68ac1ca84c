"""The packaged aliases: the traps of the trade, each by name, and no silent join."""

import json
from functools import cache
from importlib import resources

import pytest

from closeline.domain.identity import ANY_PROVIDER, AliasTable
from closeline.domain.identity.names import fold
from closeline.domain.leagues import League, team_id

LEAGUES = list(League)
FEED = "the_odds_api"


@cache
def artefact(league: League) -> dict:
    file = resources.files("closeline.store") / "artefacts" / f"teams_{league}.json"
    return json.loads(file.read_text(encoding="utf-8"))


@cache
def table(league: League) -> AliasTable:
    return AliasTable(
        (league, provider, spelling, team_id(league, slug))
        for provider, spellings in artefact(league)["aliases"].items()
        for spelling, slug in spellings.items()
    )


def team(league: League, spelling: str, provider: str = FEED) -> str | None:
    found = table(league).resolve(league, provider, spelling)
    return found and found.removeprefix(f"{league}_")


@pytest.mark.parametrize("league", LEAGUES)
def test_every_alias_names_a_team_that_exists_once(league: League) -> None:
    slugs = [each["slug"] for each in artefact(league)["teams"]]
    named = {slug for spellings in artefact(league)["aliases"].values() for slug in spellings.values()}

    assert artefact(league)["league"] == league
    assert len(slugs) == len(set(slugs))
    assert named == set(slugs)


@pytest.mark.parametrize("league", LEAGUES)
def test_a_slug_is_lower_case_words_joined_by_hyphens(league: League) -> None:
    slugs = {each["slug"] for each in artefact(league)["teams"]}

    assert {
        slug for slug in slugs if not slug.replace("-", "").isalnum() or not slug.isascii() or slug != slug.lower()
    } == set()


@pytest.mark.parametrize("league", LEAGUES)
def test_no_provider_gives_one_spelling_to_two_teams(league: League) -> None:
    for spellings in artefact(league)["aliases"].values():
        folded: dict[str, str] = {}
        for spelling, slug in spellings.items():
            assert folded.setdefault(fold(spelling), slug) == slug


@pytest.mark.parametrize("league", LEAGUES)
def test_every_team_is_found_by_its_own_name_and_slug(league: League) -> None:
    for each in artefact(league)["teams"]:
        assert team(league, each["name"], "anybody") == team(league, each["slug"], "anybody") == each["slug"]


@pytest.mark.parametrize(
    ("league", "teams"),
    [(League.NFL, 32), (League.NBA, 30), (League.MLB, 32), (League.NHL, 33)],
)
def test_a_professional_league_has_its_teams(league: League, teams: int) -> None:
    assert len(artefact(league)["teams"]) == teams  # baseball with two all-star sides, hockey with the Coyotes


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Washington St", "Washington"),
        ("Oregon St", "Oregon"),
        ("Miami (OH) RedHawks", "Miami Hurricanes"),
        ("Miami (OH)", "Miami (FL)"),
        ("USC", "South Carolina"),
        ("USC Trojans", "USC Upstate"),
        ("St. John's", "Saint Joseph's"),
        ("Saint Mary's", "Mount St. Mary's"),
        ("Saint Peter's", "Saint Joseph's"),
        ("St. Francis (PA)", "St. Francis (NY)"),
        ("Loyola Chicago", "Loyola Maryland"),
        ("Loyola Marymount", "Loyola Maryland"),
        ("San Diego", "San Diego State"),
        ("San Francisco", "San Francisco State"),
        ("Michigan", "Michigan State"),
        ("North Carolina", "NC State"),
        ("North Carolina Central", "North Carolina"),
        ("Charleston", "Charleston Southern"),
        ("Southern", "Southern Miss"),
        ("Southern Illinois", "SIU Edwardsville"),
        ("Tennessee", "UT Martin"),
        ("Texas A&M", "Texas A&M-Corpus Christi"),
        ("Louisiana", "UL Monroe"),
        ("UMass Lowell", "Massachusetts"),
        ("Central Connecticut", "UConn"),
        ("Northwestern", "Northwestern State"),
        ("Pennsylvania", "Penn State"),
        ("Indiana", "Indiana State"),
        ("Green Bay", "Milwaukee"),
        ("Alabama A&M", "Alabama"),
        ("Georgia Southern", "Georgia State"),
        ("North Dakota", "North Dakota State"),
        ("Jacksonville", "Jacksonville State"),
    ],
)
def test_two_schools_are_never_one(one: str, other: str) -> None:
    found = {team(League.NCAAB, one), team(League.NCAAB, other)}

    assert None not in found
    assert len(found) == 2


@pytest.mark.parametrize(
    "spelling", ["Miami", "USF", "Loyola", "St. Francis", "St. Thomas", "Somerset", "SF", "Saint", "State"]
)
def test_a_name_that_several_schools_bear_is_refused(spelling: str) -> None:
    assert team(League.NCAAB, spelling) is None


def test_miami_is_of_florida_where_the_source_writes_the_other_out() -> None:
    assert team(League.NCAAB, "Miami", "games_table") == "miami-fl"
    assert team(League.NCAAF, "Miami", "college_football") == "miami-fl"
    assert team(League.NCAAF, "MiamiOhio", "sheet") == "miami-oh"


def test_washington_state_is_not_found_by_a_word_of_its_name() -> None:
    pairs = [
        ("Washington St", "washington-state"),
        ("Oregon", "oregon"),
        ("Washington", "washington"),
        ("Oregon St", "oregon-state"),
    ]

    assert [(spelling, team(League.NCAAB, spelling)) for spelling, _ in pairs] == pairs


@pytest.mark.parametrize("spelling", ["WAS", "WSH", "Washington", "WashingtonWizards"])
def test_was_and_wsh_are_one_team(spelling: str) -> None:
    assert team(League.NBA, spelling) == "wizards"


@pytest.mark.parametrize(
    ("league", "spelling"),
    [
        (League.NFL, "Los Angeles"), (League.NFL, "NewYork"), (League.NFL, "LA"), (League.NFL, "Los"), (League.NFL, "Somerset"),
        (League.MLB, "Los Angeles"), (League.MLB, "New York"), (League.MLB, "Chicago"), (League.MLB, "LOS"), (League.MLB, "Sox"),
        (League.NBA, "Los Angeles"), (League.NBA, "LA"), (League.NHL, "New York"), (League.NHL, "NewYork"),
    ],
)  # fmt: skip
def test_a_city_of_two_teams_is_refused(league: League, spelling: str) -> None:
    assert team(league, spelling) is None


def test_a_city_of_two_teams_is_read_where_its_source_means_one() -> None:
    assert team(League.NFL, "LosAngeles", "football_archive") == "rams"
    assert team(League.NFL, "NewYork", "football_archive") == "giants"
    assert team(League.MLB, "LOS", "sheet") == "dodgers"


def test_one_city_is_another_team_in_every_league() -> None:
    assert [team(league, "San Francisco") for league in (League.NFL, League.MLB, League.NCAAB)] == [
        "49ers",
        "giants",
        "san-francisco",
    ]
    assert team(League.NFL, "SF") == "49ers"
    assert team(League.NBA, "SF") is None


@pytest.mark.parametrize(
    ("league", "spellings", "slug"),
    [
        (League.NFL, ["Oakland", "Las Vegas Raiders", "LV", "OAK"], "raiders"),
        (League.NFL, ["SanDiego", "L.A. Chargers", "LAC"], "chargers"),
        (League.NFL, ["St.Louis", "Los Angeles Rams", "STL"], "rams"),
        (League.NBA, ["NewJersey", "Brooklyn Nets", "BKN"], "nets"),
        (League.NBA, ["Seattle", "Oklahoma City", "OKC"], "thunder"),
        (League.MLB, ["OAK", "Athletics", "Oakland Athletics"], "athletics"),
        (League.MLB, ["CLE", "Cleveland Indians", "Cleveland Guardians"], "guardians"),
        (League.NHL, ["Phoenix", "Arizonas", "Arizona Coyotes"], "coyotes"),
        (League.NHL, ["Montréal Canadiens", "Montreal"], "canadiens"),
        (League.NCAAB, ["IPFW", "Purdue Fort Wayne"], "purdue-fort-wayne"),
        (League.NCAAF, ["Hawaii Rainbow Warriors", "Hawai'i"], "hawaii"),
        (League.NCAAF, ["San José State", "San Jose State Spartans", "SanJoseSt"], "san-jose-state"),
        (League.NCAAF, ["Youngstown St Penguins", "YoungstownState"], "youngstown-state"),
    ],
)  # fmt: skip
def test_a_franchise_keeps_its_slug_through_moves_and_spellings(
    league: League, spellings: list[str], slug: str
) -> None:
    assert {team(league, spelling) for spelling in spellings} == {slug}


def test_utahs_hockey_team_is_not_arizonas() -> None:
    assert team(League.NHL, "Utah Hockey Club") == team(League.NHL, "Utah Mammoth") == "mammoth"


def test_everybodys_spellings_belong_to_nobody_in_particular() -> None:
    assert all(ANY_PROVIDER in artefact(league)["aliases"] for league in LEAGUES)
