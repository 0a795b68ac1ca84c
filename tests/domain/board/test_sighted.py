"""What the board makes of an answer by the names it holds, where the record cannot be asked."""

from datetime import timedelta

from closeline.domain.board import EventCard
from closeline.domain.board.market import LEAVES_AFTER
from closeline.domain.board.sighted import NOBODY, REMEMBERS, LiveNames
from closeline.domain.identity import AliasTable
from closeline.domain.identity.naming import KnownEvent
from closeline.domain.leagues import League
from closeline.domain.markets import SPREAD
from tests.builders.moments import HOUR, OPENS, START
from tests.builders.payloads import GAME, a_payload, an_event, both_sides

ALIASES = AliasTable([
    (League.NBA, "*", "Boston Celtics", "nba_celtics"), (League.NBA, "*", "Miami Heat", "nba_heat"),
])  # fmt: skip
TURNED = an_event("77", home="Miami Heat", away="Boston Celtics")


def seen(*, neutral):
    """Show a turned game to a board that knows it; its spread is Miami's by +3.5."""
    names = LiveNames()
    known = KnownEvent(GAME, League.NBA, "nba_celtics", "nba_heat", START, neutral=neutral)
    names.learn(ALIASES, NOBODY, {"another": [known]})
    quotes = both_sides("77", SPREAD, 14, ("-105", "-115"))
    return names.sighting(a_payload(TURNED, *quotes, provider="another", archive=False), at=OPENS)


def test_a_turned_game_on_a_neutral_site_is_shown_the_right_way_round():
    found = seen(neutral=True)

    assert [(card.event_id, card.home, card.away) for card in found.cards] == [(GAME, "Boston Celtics", "Miami Heat")]
    assert {(item.side.value, item.line_quarters, item.price.text) for item in found.quotes} == {
        ("AWAY", 14, "-105"), ("HOME", -14, "-115")
    }  # fmt: skip


def test_a_turned_game_anywhere_else_is_not_shown_at_all():
    found = seen(neutral=False)
    assert (found.cards, found.quotes) == ((), ())


def known(name, *names, starts_at=START):
    return KnownEvent(name, League.NBA, "nba_celtics", "nba_heat", starts_at, names)


def shown_as(names, event):
    return [
        card.event_id for card in names.sighting(a_payload(event, provider="another", archive=False), at=OPENS).cards
    ]


def test_what_was_named_while_the_record_was_away_is_not_forgotten_when_it_is_back():
    names = LiveNames()
    names.learn(ALIASES, NOBODY, {"another": []})
    assert shown_as(names, an_event("77")) == [GAME]

    for told in ([], [known(GAME)], [known("nba_heat_celtics_2023_10_01", "5", starts_at=START - 45 * 24 * HOUR)]):
        names.learn(ALIASES, NOBODY, {"another": told})
        assert shown_as(names, an_event("88", starts_at=START + 4 * HOUR)) == [f"{GAME}_g2"]
        assert shown_as(names, an_event("77")) == [GAME]


def test_of_an_id_the_records_word_counts():
    names = LiveNames()
    names.learn(ALIASES, NOBODY, {"another": [known(GAME, "77")]})
    names.learn(ALIASES, NOBODY, {"another": [known(GAME), known(f"{GAME}_g2", "77", starts_at=START + 4 * HOUR)]})

    assert shown_as(names, an_event("77", starts_at=START + 4 * HOUR)) == [f"{GAME}_g2"]


def test_a_year_of_games_is_not_remembered_for_ever():
    names = LiveNames()
    for day in range(365):
        at = START + timedelta(days=day)
        cards = [EventCard(f"nba_{day}_{n}", League.NBA, "a", "b", at) for n in range(15)]
        names.learn(ALIASES, NOBODY, {"another": [known(f"nba_{day}", str(day), starts_at=at)]}, cards)
        names.drop_ended(at + LEAVES_AFTER)

    assert len(names._cards) == 15
    assert len(names._known["another"]) == REMEMBERS.days
