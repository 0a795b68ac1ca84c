"""Rows of a kind of market, told by the database as by the key."""

import itertools

import pytest
from sqlalchemy import Text, bindparam, literal, select

from closeline.domain.markets import PLAYER_TYPES, Market, MarketType, Period, kind_of
from closeline.store.database.kinds import of_kind
from closeline.store.session import unit_of_work

KEYS = [
    Market(kind, period, player).key
    for kind, period, player in itertools.product(MarketType, (Period.FULL_GAME, Period.FIRST_HALF), ("", "nba_1", "x"))
    if not player or kind in PLAYER_TYPES
]
ODD = ["PLAYERXPRA:FULL_GAME:nba_1", "PLAYER_PRA:FULL_GAMES:nba_1", "PLAYER_PRA:FULL_GAME_", "PLAYER_PRA"]


@pytest.mark.parametrize("kind", sorted({kind_of(key) for key in KEYS}))
def test_the_database_finds_the_markets_of_a_kind_that_the_keys_say(seeded, kind):
    asked = bindparam("kind", type_=Text())
    with unit_of_work(seeded, write=False) as session:
        found = {
            key for key in [*KEYS, *ODD]
            if session.scalar(select(of_kind(literal(key, Text()), asked)), {"kind": kind})
        }  # fmt: skip

    assert found == {key for key in KEYS if kind_of(key) == kind}
