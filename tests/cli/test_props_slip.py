"""`closeline props slip` on a SYNTHETIC league: legs as they are typed, what is printed, and what is refused."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from closeline.cli.props.slip import asked_of, player_leg_of
from closeline.domain.errors import BadInput
from closeline.domain.markets import MONEYLINE, SPREAD, TOTAL, Side
from closeline.domain.props.statistics import Statistic
from closeline.jobs.props.slip_scene import PlayerLegAsked
from closeline.jobs.props.training import train
from closeline.maths.simulate.legs import Leg
from closeline.wiring import read_settings, signing_key
from tests import databases
from tests.builders.desks import a_desk
from tests.builders.prop_league import PRICED, SEEN_AT, TINY, TONIGHT
from tests.builders.records import opened
from tests.cli.running import answer, closeline, fault

STAR = "Home Ason over 14.5 points"


@pytest.mark.parametrize(
    ("text", "leg"),
    [
        ("LeBron James over 24.5 points", PlayerLegAsked("LeBron James", Side.OVER, 98, Statistic.POINTS)),
        ("nba_2544 UNDER 38 pra", PlayerLegAsked("nba_2544", Side.UNDER, 152, Statistic.PRA)),
        ("Jaren Jackson Jr.  over 1.5  threes", PlayerLegAsked("Jaren Jackson Jr.", Side.OVER, 6, Statistic.THREES)),
        ("OVER 224.5", None),
        ("HOME -3.5", None),
        ("", None),
    ],
)
def test_a_leg_that_ends_in_a_statistic_is_a_players(text, leg):
    assert player_leg_of(text) == leg


def test_legs_of_players_and_of_the_game_stand_on_one_slip_as_they_were_typed():
    found = asked_of(["OVER 224.5", STAR, "home", "AWAY +3.5"], None, 10, None, independent=False)

    assert found.game == (Leg(TOTAL, Side.OVER, 898), Leg(MONEYLINE, Side.HOME), Leg(SPREAD, Side.AWAY, 14))
    assert [leg.player for leg in found.players] == ["Home Ason"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("James 24.5 points", "leg on a player must be such as"),
        ("over 24.5 points", "leg on a player must be such as"),
        ("James above 24.5 points", "leg on a player must be such as"),
        ("James over many points", "must be a half or whole number, was many"),
        ("James over 24.25 points", "of at least 0, was 24.25"),
        ("James over -3.5 points", "of at least 0, was -3.5"),
        ("James over 24.5 steals", "or one of its game; leg must be one of HOME"),
        ("", "or one of its game; leg must be one of HOME"),
    ],
)
def test_a_leg_that_is_none_is_refused_by_name(text, said):
    with pytest.raises(BadInput, match=re.escape(said)):
        asked_of([text], None, 10, None, independent=False)


@pytest.fixture
def trained(sqlite):
    """Give the URL of a record with models of points and PRA, signed with its own key, from before tonight's lines."""
    with databases.dropped_after(sqlite, sqlite.copy_of(*PRICED)) as url:
        with opened(url) as engine:
            asked = replace(TINY, statistics=(Statistic.POINTS, Statistic.PRA))
            desk = a_desk(engine, now=SEEN_AT - timedelta(hours=1))
            train(desk, asked, key=signing_key(read_settings(database_url=url)))
        yield url


def test_a_slip_is_priced_and_says_what_it_rests_on(trained):
    asked = ("--date", TONIGHT, "--db", trained)
    legs = (STAR, "Home Ason over 30 pra", "Away Bson under 26.5 pra")
    found = answer("props", "slip", *legs, "--price", "+450", *asked)
    said = closeline("props", "slip", *legs, "--price", "5.5", "--price-format", "DECIMAL", *asked)

    assert [leg["leg"] for leg in found["legs"]][:2] == [
        "Synthetic Home Ason OVER 14.5 POINTS",
        "Synthetic Home Ason OVER 30 PRA",
    ]
    assert found["price_decimal"] == 5.5
    assert found["correlation"]["statistics"] == ["POINTS", "PRA"]
    assert said.exit_code == 0, said.output
    assert f"at 5.500 worth {100 * found['value']:+.2f} % of the stake, voids in it" in said.stdout
    assert f"all win {100 * found['win']:.2f} ± " in said.stdout
    assert "a leg that loses loses the ticket; else a pushed or void leg makes it void" in said.stdout
    assert re.search(r"1 \+ 2 \+ 3 ", said.stdout)
    code, line = fault("props", "slip", STAR, "HOME", *asked)
    assert (code, "leave them out, or forecast it first" in line) == (2, True)
