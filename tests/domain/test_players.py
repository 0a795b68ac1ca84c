"""Players' names: known traps, and no join that is wrong. Names of players are facts; who plays where is made up here."""

import json
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from closeline.domain.identity.players import FoldedName, Roster, RosterPlayer, folded_name
from closeline.store.packaged import read_artefact
from tests.shared_data import shared_data

NUGGETS, LAKERS, WOLVES, THUNDER, HEAT, JAZZ = "nuggets", "lakers", "wolves", "thunder", "heat", "jazz"


def who(number: int, *spellings: str, teams: tuple[str, ...] = ()) -> RosterPlayer:
    return RosterPlayer(f"nba_{number}", spellings, frozenset(teams))


ROSTER = Roster.of([
    who(1, "Nikola Jokić", teams=(NUGGETS,)),
    who(2, "Luka Dončić", teams=(LAKERS,)),
    who(3, "Jaren Jackson Jr.", teams=(JAZZ,)),
    who(4, "Gary Trent Jr.", teams=(HEAT,)),
    who(5, "Gary Trent"),
    who(6, "Karl-Anthony Towns", teams=(NUGGETS,)),
    who(7, "Shai Gilgeous-Alexander", teams=(THUNDER,)),
    who(8, "P.J. Washington", teams=(LAKERS,)),
    who(9, "Jalen Williams", teams=(THUNDER,)),
    who(10, "Jaylin Williams", teams=(THUNDER,)),
    who(11, "Nic Claxton", teams=(HEAT,)),
    who(12, "Herbert Jones", teams=(HEAT,)),
    who(13, "Dario Saric", "Dario Šarić", teams=(NUGGETS,)),
    who(14, "Brandon Williams", teams=(HEAT,)),
    who(15, "Brandon Williams", teams=(JAZZ,)),
    who(16, "De'Aaron Fox", teams=(JAZZ,)),
    who(17, "Jimmy Butler III", teams=(WOLVES,)),
    who(18, "Tim Hardaway", teams=(JAZZ,)),
    who(19, "Tim Hardaway Jr.", teams=(NUGGETS,)),
    who(20, "Dennis Schröder", teams=(WOLVES,)),
    who(21, "Sasha Vujačić", teams=(WOLVES, LAKERS)),
    who(22, "Egor Dëmin", teams=(JAZZ,)),
    who(23, "Retired Man"),
])  # fmt: skip

GOLDEN = [
    ("Nikola Jokic", NUGGETS, 1), ("NIKOLA JOKIĆ", NUGGETS, 1), ("Nikola Jokic\u0301", NUGGETS, 1),
    ("Luka Doncic", LAKERS, 2), ("Luka Dončić", LAKERS, 2), ("Jaren Jackson Jr", JAZZ, 3), ("Jaren Jackson", JAZZ, 3),
    ("Jaren Jackson, Jr.", JAZZ, 3), ("Jaren Jackson Sr.", JAZZ, None), ("Gary Trent Jr.", HEAT, 4),
    ("Gary Trent", HEAT, 4), ("Karl Anthony Towns", NUGGETS, 6), ("Karl-Anthony Towns", NUGGETS, 6),
    ("Karl\u2010Anthony Towns", NUGGETS, 6), ("Shai Gilgeous Alexander", THUNDER, 7), ("PJ Washington", LAKERS, 8),
    ("P. J. Washington", LAKERS, 8), ("P.J. Washington Jr.", LAKERS, 8), ("Jalen Williams", THUNDER, 9),
    ("Jaylin Williams", THUNDER, 10), ("Jaylen Williams", THUNDER, None), ("Nicolas Claxton", HEAT, None),
    ("Herb Jones", HEAT, None), ("Dario Saric", NUGGETS, 13), ("Dario Šarić", NUGGETS, 13),
    # Two of one name who both play now are a question, whichever game it is.
    ("Brandon Williams", HEAT, None), ("Brandon Williams", JAZZ, None),
    ("De\u2019Aaron Fox", JAZZ, 16), ("DeAaron Fox", JAZZ, 16), ("Jimmy Butler", WOLVES, 17),
    ("Jimmy Butler Jr.", WOLVES, None),
    # A father and a son who both play: only a suffix tells them apart.
    ("Tim Hardaway Jr.", NUGGETS, 19), ("Tim Hardaway", NUGGETS, None), ("Tim Hardaway", JAZZ, None),
    ("Dennis Schroder", WOLVES, 20), ("Dennis Schroeder", WOLVES, None),
    # Traded within the season: either team; a team that he has not played for is a question.
    ("Sasha Vujacic", WOLVES, 21), ("Sasha Vujacic", LAKERS, 21), ("Sasha Vujacic", HEAT, None),
    ("Egor Demin", JAZZ, 22), ("Retired Man", HEAT, None), ("Nobody At All", HEAT, None), ("", HEAT, None),
    ("Jr.", HEAT, None), ("x" * 500, HEAT, None), ("Nikola Jokic (DEN)", NUGGETS, None), ("N. Jokic", NUGGETS, None),
    # A Cyrillic look-alike is no Latin letter.
    ("Nikola J\u043ekic", NUGGETS, None),
]  # fmt: skip


@pytest.mark.parametrize(("spelling", "team", "number"), GOLDEN)
def test_a_known_trap_is_read_as_it_must_be_or_asked_about(spelling, team, number):
    found = ROSTER.find(spelling, (team, "another team"))

    assert found.player_id == (None if number is None else f"nba_{number}")


def test_a_question_names_who_may_be_meant_with_his_id_and_never_somebody_unlike():
    assert ROSTER.find("Brandon Williams", (HEAT, JAZZ)).suggestions == (
        "Brandon Williams (nba_14)", "Brandon Williams (nba_15)",
    )  # fmt: skip
    assert ROSTER.find("Nicolas Claxton", (HEAT,)).suggestions[0] == "Nic Claxton (nba_11)"
    assert ROSTER.find("Quentin Xylophone", (HEAT,)).suggestions == ()


def test_without_the_teams_a_name_of_one_player_who_plays_now_is_read():
    assert ROSTER.find("Luka Doncic").player_id == "nba_2"
    assert ROSTER.find("Brandon Williams").player_id is None


def test_what_a_person_decided_holds_but_not_where_a_namesake_plays_and_he_does_not():
    assert ROSTER.find("Nicolas Claxton", (HEAT,), decided="nba_11").player_id == "nba_11"
    assert ROSTER.find("Brandon Williams", (HEAT,), decided="nba_14").player_id == "nba_14"
    assert ROSTER.find("Brandon Williams", (JAZZ,), decided="nba_14").player_id is None
    assert ROSTER.find("Sasha Vujacic", (HEAT,), decided="nba_21").player_id == "nba_21"


@given(st.text(max_size=30))
def test_folding_is_pure_and_folds_what_it_has_folded_to_itself(text):
    once = folded_name(text)

    assert folded_name(text) == once
    assert folded_name(once.core).core == once.core


@given(st.sampled_from(["Jokic", "O Neale"]), st.sampled_from(["", "Jr.", "Sr.", "II", "III", "IV", "jr", "Junior"]))
def test_a_suffix_is_told_apart_from_the_name(name, suffix):
    folded = folded_name(f"Someone {name} {suffix}")

    assert folded.core == folded_name(f"Someone {name}").core
    assert folded.may_be(FoldedName(folded.core, ""))


def test_every_name_of_a_real_months_lines_is_its_own_player_or_a_question():
    import polars as pl

    (games,), (props,) = shared_data("nba/player_games.parquet"), shared_data("nba/player_props.parquet")
    codes = json.loads(read_artefact("teams_nba.json"))["aliases"]["*"]
    rosters = real_roster(pl.read_parquet(games, columns=["season", "player_id", "player_name", "team"]), codes)
    wanted = ["event_id", "home_team", "away_team", "player", "player_id"]
    asked = pl.read_parquet(props, columns=wanted).unique().sort(wanted, nulls_last=True)
    counts: Counter[str] = Counter()
    for _, home, away, name, number in asked.iter_rows():
        found = rosters.find(name, (codes[home], codes[away])).player_id
        wrong = found is not None and number is not None and found != f"nba_{number}"
        counts["wrong" if wrong else "asked" if found is None else "read"] += 1
    names = {name for (name,) in asked.select("player").unique().iter_rows()}

    assert (len(names), counts) == (314, {"read": counts["read"], "asked": counts["asked"]})
    assert counts["asked"] < 0.03 * counts["read"]


def real_roster(table, codes):
    """Give the roster of 2025 by the rules of the store, worked out from the file itself."""
    import polars as pl

    names = table.group_by("player_id").agg(pl.col("player_name").unique().sort())
    late = table.filter(pl.col("season") >= 2024).group_by("player_id", "season").agg(pl.col("team").unique())
    newest = {number: teams for number, _, teams in late.sort("season").iter_rows()}
    return Roster.of(
        who(number, *spellings, teams=tuple(codes[code] for code in newest.get(number, ())))
        for number, spellings in names.iter_rows()
    )
