"""Statuses, absences, and what of a report a price already knows."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from closeline.domain.forecasts.injuries import (
    PLAY_PROBABILITY,
    Absence,
    PlayerValue,
    PlayerValues,
    PlayStatus,
    injury_news,
)
from closeline.domain.leagues import League
from closeline.domain.markets import Side

NOON = datetime(2024, 1, 14, 12, tzinfo=UTC)


def an_absence(side=Side.HOME, player="Ann", value=3.0, status=PlayStatus.QUESTIONABLE, hours=0.0, **more):
    return Absence(side, player, value, status, NOON + timedelta(hours=hours), **more)


def test_every_status_has_a_chance_and_better_ones_have_more():
    chances = [PLAY_PROBABILITY[status] for status in PlayStatus]

    assert all(worse < better for worse, better in pairwise(chances))
    assert (chances[0], chances[-1]) == (0.0, 1.0)


def test_a_report_older_than_the_quotes_is_in_the_price():
    news = injury_news([an_absence(hours=-1), an_absence(player="Bob", hours=1)], NOON)

    assert [absence.player for absence in news.kept] == ["Bob"]
    assert [absence.player for absence in news.dropped] == ["Ann"]


def test_a_questionable_player_ruled_out_is_news_only_for_the_rest_of_the_way():
    reports = [an_absence(status=PlayStatus.OUT, hours=2), an_absence(hours=-5)]

    (news,) = injury_news(reports, NOON).kept

    assert (news.status, news.priced) == (PlayStatus.OUT, PlayStatus.QUESTIONABLE)


def test_the_price_knows_the_last_report_before_it():
    reports = [an_absence(hours=-5), an_absence(status=PlayStatus.PROBABLE, hours=-1), an_absence(hours=1)]

    assert injury_news(reports, NOON).kept[0].priced is PlayStatus.PROBABLE


def test_a_player_nobody_had_reported_was_priced_as_available():
    assert injury_news([an_absence(hours=1)], NOON).kept[0].priced is PlayStatus.AVAILABLE


def test_two_players_of_one_name_on_both_teams_are_two_players():
    reports = [an_absence(side=side, hours=1) for side in (Side.AWAY, Side.HOME)]

    assert [absence.side for absence in injury_news(reports, NOON).kept] == [Side.AWAY, Side.HOME]


@pytest.mark.parametrize(
    ("fault", "what"),
    [
        ({"side": Side.OVER}, "side must be HOME or AWAY"),
        ({"player": ""}, "player must have a name"),
        ({"value": -1.0}, "not negative"),
        ({"value": float("nan")}, "must be finite"),
    ],
)
def test_an_absence_that_means_nothing_is_refused(fault, what):
    with pytest.raises(ValueError, match=what):
        an_absence(**fault)


def test_a_report_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="must carry a zone"):
        Absence(Side.HOME, "Ann", 3.0, PlayStatus.OUT, NOON.replace(tzinfo=None))


def some_values(*values, league=League.NBA, source="a test"):
    return PlayerValues(league, source, NOON, values or (PlayerValue("nba_heat", "Ann Guard", 2.5),))


def test_values_come_back_from_their_text_and_their_order_does_not_matter():
    one, other = PlayerValue("nba_heat", "Ann Guard", 2.5), PlayerValue("nba_celtics", "Bo Big", 9.0)

    assert some_values(one, other).to_json() == some_values(other, one).to_json()
    assert PlayerValues.from_json(some_values(one, other).to_json()) == some_values(other, one)


@pytest.mark.parametrize("points", [-0.1, 9.1, float("nan"), float("inf")])
def test_a_value_beyond_what_an_absence_is_known_to_cost_is_refused(points):
    with pytest.raises(ValueError, match=r"value_points of Ann must lie in \[0, 9\]"):
        some_values(PlayerValue("nba_heat", "Ann", points))


def test_a_player_valued_twice_and_values_of_nobody_are_refused():
    with pytest.raises(ValueError, match="valued once"):
        some_values(PlayerValue("nba_heat", "A.J. Ann", 1.0), PlayerValue("nba_heat", "AJ Ann", 2.0))
    with pytest.raises(ValueError, match="source must say"):
        some_values(source="")
