"""Faults 20 to 22 with their guards taken away: names that are guessed at, ids that are believed, sites not asked about."""

import unicodedata
from dataclasses import replace

import pytest

from closeline.domain import identity
from closeline.domain.identity import AliasTable, naming
from closeline.domain.identity.naming import NameReason
from closeline.domain.leagues import League
from tests.builders.moments import DAY, HOUR, START
from tests.builders.payloads import GAME, an_event
from tests.domain.test_naming import DAYS, KNOWN, a_game_of_baseball, ids, name

NCAAF, NBA = League.NCAAF, League.NBA
ACCENTED = "San José State Spartans"
TEAMS = [(NCAAF, "*", ACCENTED, "ncaaf_san-jose-state"), (NBA, "*", "Detroit Pistons", "nba_pistons")]
# A Cyrillic letter, a symbol, a mark of direction in the middle of other letters, too long a text, and nothing.
STRANGERS = [
    "Detroit Pist\u043ens", "Detroit Pistons \U0001f3c0", "\u202eDetroit Snotsip", "Detroit Pistons" * 20, "", "\u200b"
]  # fmt: skip


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_an_accent_in_one_piece_or_in_two_is_one_team(form):
    spelled = unicodedata.normalize(form, ACCENTED)

    assert AliasTable(TEAMS).resolve(NCAAF, "a", spelled) == "ncaaf_san-jose-state"


def test_without_composing_letters_one_team_is_two(monkeypatch):
    monkeypatch.setattr(identity, "fold", lambda spelling: spelling.casefold())
    table = AliasTable(TEAMS)
    found = [table.resolve(NCAAF, "a", unicodedata.normalize(form, ACCENTED)) for form in ("NFC", "NFD")]

    assert len(set(found)) == 2


@pytest.mark.parametrize("spelling", STRANGERS)
def test_what_only_looks_like_a_team_is_nobody(spelling):
    assert AliasTable(TEAMS).resolve(NBA, "a", spelling) is None


@pytest.mark.parametrize("spelling", STRANGERS[:2])
def test_whoever_takes_the_best_suggestion_takes_a_look_alike_for_the_team(monkeypatch, spelling):
    resolve = AliasTable.resolve

    def guessed(self, league, provider, told):
        near = self.suggest(told, league=league)
        return resolve(self, league, provider, told) or (resolve(self, league, provider, near[0]) if near else None)

    monkeypatch.setattr(AliasTable, "resolve", guessed)

    assert AliasTable(TEAMS).resolve(NBA, "a", spelling) == "nba_pistons"


def test_a_spelling_without_end_is_compared_with_nothing():
    assert AliasTable(TEAMS).suggest("Detroit Pistons" * 1000) == ()


# ------------------------------------------------------------------------------------------------------ ids


def test_an_id_of_last_season_that_is_believed_joins_two_games(monkeypatch):
    again, begun = an_event(starts_at=START + 300 * DAYS, day=DAY + 300 * DAYS), replace(KNOWN, begun=True)
    assert ids(name(again, known=[begun])) != {"g1": GAME}
    monkeypatch.setattr(naming, "_is_another", lambda *given: False)

    assert ids(name(again, known=[begun])) == {"g1": GAME}


def test_two_ids_that_are_both_believed_are_two_games_of_one(monkeypatch):
    twice = (an_event("g1"), an_event("g2", starts_at=START + HOUR))
    assert name(*twice).refused == {"g2": NameReason.DUPLICATE_EVENT}
    monkeypatch.setattr(naming._Register, "_met", lambda *given: None)

    assert len(set(ids(name(*twice)).values())) == 2


def test_without_numbers_the_second_game_of_a_double_header_is_lost(monkeypatch):
    two = (a_game_of_baseball("b1"), a_game_of_baseball("b2", starts_at=START + 2 * HOUR, game_no=2))
    assert len(ids(name(*two))) == 2
    monkeypatch.setattr(naming, "_is_marked", lambda *given: False)

    assert name(*two).refused == {"b2": NameReason.DUPLICATE_EVENT}


def test_one_id_for_a_double_header_that_is_not_asked_about_joins_the_second_game_to_the_first(monkeypatch):
    first = replace(KNOWN, event_id="mlb_yankees_red-sox_2023_11_15", league=League.MLB, home="mlb_red-sox",
                    away="mlb_yankees", names=("b1",), over=True)  # fmt: skip
    second = a_game_of_baseball("b1", starts_at=START + 5 * HOUR)
    assert ids(name(second, known=[first])) == {"b1": f"{first.event_id}_g2"}
    monkeypatch.setattr(naming, "_is_another", lambda *given: False)

    assert ids(name(second, known=[first])) == {"b1": first.event_id}


# ---------------------------------------------------------------------------------------------- neutral sites


def test_without_the_word_for_neutral_a_game_on_neutral_ground_is_refused_or_taken_the_wrong_way_round(monkeypatch):
    turned = an_event("77", home="Miami Heat", away="Boston Celtics")
    known = replace(KNOWN, names=(), neutral=True)
    assert name(turned, known=[known]).turned == {"77"}
    monkeypatch.setattr(naming, "_contradict", lambda event, home, other: other.home != home)
    assert name(turned, known=[known]).refused == {"77": NameReason.DIRECTION_MISMATCH}
    monkeypatch.setattr(naming, "_contradict", lambda *given: False)
    monkeypatch.setattr(naming._Register, "is_turned", lambda *given: False)

    found = name(turned, known=[known])
    assert (ids(found), found.events["77"].home, found.turned) == ({"77": GAME}, "nba_heat", frozenset())
