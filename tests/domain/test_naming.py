"""Naming events: the same id stays one game, another game is never joined to it, and doubt is never a name."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from closeline.domain.feeds.captures import Basis
from closeline.domain.identity import AliasTable
from closeline.domain.identity.naming import KnownEvent, NameReason, name_events, remember
from closeline.domain.leagues import League
from tests.builders.moments import DAY, HOUR, MINUTE, START
from tests.builders.payloads import GAME, an_event

ALIASES = AliasTable([
    (League.NBA, "*", "Boston Celtics", "nba_celtics"), (League.NBA, "*", "Miami Heat", "nba_heat"),
    (League.NBA, "*", "Utah Jazz", "nba_jazz"), (League.MLB, "*", "Red Sox", "mlb_red-sox"),
    (League.MLB, "*", "Yankees", "mlb_yankees"), (League.NBA, "a", "Los Angeles", "nba_lakers"),
    (League.NBA, "a", "Los Angeles", "nba_clippers"),
])  # fmt: skip
KNOWN = KnownEvent(GAME, League.NBA, "nba_celtics", "nba_heat", START, ("g1",))
DAYS = timedelta(days=1)


def name(*events, known=(), archive=False):
    return name_events(events, ALIASES, known, provider="a", archive=archive)


def ids(named):
    return {own_id: item.event_id for own_id, item in named.events.items()}


def a_game_of_baseball(own_id, *, starts_at=START, game_no=1):
    return an_event(own_id, home="Red Sox", away="Yankees", league=League.MLB, starts_at=starts_at, game_no=game_no)


def test_a_new_game_is_named_by_its_teams_and_its_league_day():
    assert ids(name(an_event())) == {"g1": GAME}


@pytest.mark.parametrize("moved", [-5 * HOUR, 5 * HOUR, 1 * DAYS, 10 * DAYS, 60 * DAYS])
def test_an_id_keeps_its_game_however_its_start_moves_before_it(moved):
    again = an_event(starts_at=START + moved, day=(START + moved).date())
    assert ids(name(again, known=[KNOWN])) == {"g1": GAME}


def test_an_id_that_comes_back_months_after_its_game_had_begun_is_another_game():
    again = an_event(starts_at=START + 120 * DAYS, day=DAY + 120 * DAYS)
    assert ids(name(again, known=[replace(KNOWN, begun=True)])) == {"g1": "nba_heat_celtics_2024_03_14"}


def test_a_game_put_off_for_months_keeps_its_name_because_it_had_not_begun():
    again = an_event(starts_at=START + 120 * DAYS, day=DAY + 120 * DAYS)
    assert ids(name(again, known=[replace(KNOWN, begun=False)])) == {"g1": GAME}


def test_one_id_for_both_games_of_a_day_names_two_games_once_the_first_is_over():
    first = KnownEvent("mlb_yankees_red-sox_2023_11_15", League.MLB, "mlb_red-sox", "mlb_yankees", START, ("b1",))
    later = a_game_of_baseball("b1", starts_at=START + 5 * HOUR)

    assert ids(name(later, known=[first])) == {"b1": first.event_id}
    assert ids(name(later, known=[replace(first, over=True)])) == {"b1": f"{first.event_id}_g2"}


@pytest.mark.parametrize(("home", "away"), [("Utah Jazz", "Miami Heat"), ("Miami Heat", "Boston Celtics")])
def test_an_id_that_comes_back_for_other_teams_or_the_other_way_round_is_refused(home, away):
    named = name(an_event(home=home, away=away, day=DAY + 300 * DAYS), known=[KNOWN])
    assert (named.events, named.refused) == ({}, {"g1": NameReason.OTHER_TEAMS})


@pytest.mark.parametrize("apart", [timedelta(0), 2 * HOUR, 3 * HOUR - MINUTE])
def test_a_second_id_for_a_game_that_is_known_is_refused(apart):
    assert name(an_event("g2", starts_at=START + apart), known=[KNOWN]).refused == {"g2": NameReason.DUPLICATE_EVENT}


def test_two_ids_in_one_payload_for_one_game_are_one_and_a_refusal():
    named = name(an_event("g1"), an_event("g2", starts_at=START + HOUR))
    assert (ids(named), named.refused) == ({"g1": GAME}, {"g2": NameReason.DUPLICATE_EVENT})


def test_the_games_of_a_double_header_are_two_where_they_are_marked_or_far_apart():
    first, second = a_game_of_baseball("b1"), a_game_of_baseball("b2", starts_at=START + 2 * HOUR, game_no=2)
    stem = "mlb_yankees_red-sox_2023_11_15"

    assert ids(name(first, second)) == {"b1": stem, "b2": f"{stem}_g2"}
    assert ids(name(first, a_game_of_baseball("b2", starts_at=START + 4 * HOUR))) == {"b1": stem, "b2": f"{stem}_g2"}
    # No second game begins while the first is in its first innings, whatever number a feed gives it.
    soon = a_game_of_baseball("b2", starts_at=START + HOUR / 2, game_no=2)
    assert name(first, soon).refused == {"b2": NameReason.DUPLICATE_EVENT}


def test_another_source_finds_a_game_that_was_moved_to_another_day():
    moved = replace(KNOWN, starts_at=START + 2 * DAYS, names=())
    found = an_event("77", starts_at=START + 2 * DAYS + HOUR / 4, day=DAY + 2 * DAYS)
    assert ids(name(found, known=[moved])) == {"77": GAME}


def test_a_source_that_has_home_and_away_the_other_way_round_is_refused():
    turned = an_event("77", home="Miami Heat", away="Boston Celtics")
    assert name(turned, known=[replace(KNOWN, names=())]).refused == {"77": NameReason.DIRECTION_MISMATCH}


@pytest.mark.parametrize("told_by", ["the one before", "this one"])
def test_on_a_neutral_site_the_other_way_round_is_the_same_game_and_is_turned(told_by):
    turned = an_event("77", home="Miami Heat", away="Boston Celtics", neutral=told_by == "this one")
    known = replace(KNOWN, names=(), neutral=told_by == "the one before")
    named = name(turned, known=[known])

    assert (ids(named), named.turned) == ({"77": GAME}, {"77"})
    found = named.events["77"]
    assert (found.home, found.away, found.parsed.home) == ("nba_celtics", "nba_heat", "Boston Celtics")
    # It stays so at the next look, for a desk that goes on without its record too.
    again = name(replace(turned, neutral=False), known=remember([known], named))
    assert (ids(again), again.turned, again.refused) == ({"77": GAME}, {"77"}, {})


def test_other_teams_are_other_teams_on_neutral_ground_too():
    other = an_event(home="Utah Jazz", neutral=True)
    assert name(other, known=[replace(KNOWN, neutral=True)]).refused == {"g1": NameReason.OTHER_TEAMS}


def test_an_assumed_start_is_no_evidence_against_anybody():
    named = name(an_event("g2", basis=Basis.ASSUMED), known=[KNOWN])
    assert ids(named) == {"g2": f"{GAME}_g2"}


def test_an_archive_names_its_games_by_itself():
    assert ids(name(an_event("g2"), known=[KNOWN], archive=True)) == {"g2": f"{GAME}_g2"}


@pytest.mark.parametrize("spelling", ["Bostan Celtics", "Los Angeles", "", "Celtics 2"])
def test_an_unknown_or_ambiguous_name_is_a_question_and_never_a_guess(spelling):
    named = name(an_event(home=spelling))
    assert (named.events, named.refused) == ({}, {"g1": NameReason.UNKNOWN_TEAM})
    assert [(item.league, item.spelling) for item in named.questions] == [(League.NBA, spelling)]


def test_a_team_does_not_play_itself():
    assert name(an_event(away="Boston Celtics")).refused == {"g1": NameReason.SAME_TEAM_TWICE}


def test_a_desk_without_its_record_goes_on_by_what_it_has_named():
    known = remember((), name(an_event()))
    moved = an_event(starts_at=START + 26 * HOUR, day=date(2023, 11, 16))

    assert ids(name(moved, known=known)) == {"g1": GAME}
    assert name(an_event("g2"), known=known).refused == {"g2": NameReason.DUPLICATE_EVENT}
