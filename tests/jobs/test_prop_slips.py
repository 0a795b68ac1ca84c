"""Slips on a SYNTHETIC league by the job, on both databases: chances that agree with theory, and what is refused."""

import math
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction

import numpy as np
import pytest
from scipy.special import ndtri
from scipy.stats import multivariate_normal

from closeline.domain.errors import BadInput, NotFound
from closeline.domain.leagues import League
from closeline.domain.markets import MONEYLINE, TOTAL, Market, MarketType, Side
from closeline.domain.odds import OddsFormat, Price
from closeline.domain.props.statistics import Statistic
from closeline.jobs.props.ahead import Remembered
from closeline.jobs.props.correlating import in_force, save
from closeline.jobs.props.predicting import distribution
from closeline.jobs.props.slip_scene import PlayerLegAsked, SlipAsked
from closeline.jobs.props.slips import price_slip
from closeline.jobs.props.stored import StoredModels
from closeline.jobs.props.training import train
from closeline.jobs.replaying.backtest import backtest
from closeline.jobs.simulating import worlds_of_event
from closeline.maths.props.features.table import compute
from closeline.maths.simulate.legs import Leg
from closeline.maths.simulate.worlds import Worlds
from closeline.store.session import unit_of_work
from tests.builders.archives import archive_of, rows
from tests.builders.desks import a_desk
from tests.builders.prop_league import KEY, PRICED, SEEN_AT, TINY, TONIGHT
from tests.builders.records import a_copy, number, opened, rows_of

POINTS, REBOUNDS, ASSISTS, PRA, THREES = Statistic
PRICE = Price.quoted("+450", OddsFormat.AMERICAN)
FOUR = replace(TINY, statistics=(POINTS, REBOUNDS, ASSISTS, PRA))
# Features of the same logs are made once for all tests.
FEATURES = Remembered(compute)
EARLIER = SEEN_AT - timedelta(hours=1)


def a_trained_desk(engine, *, now=SEEN_AT):
    return replace(a_desk(engine, now=now), prop_models=StoredModels(KEY.public), prop_features=FEATURES)


def make_tied(url):
    with opened(url) as engine:
        train(a_trained_desk(engine, now=EARLIER), FOUR, key=KEY)


def make_untied(url):
    with opened(url) as engine:
        train(a_trained_desk(engine, now=EARLIER), replace(TINY, statistics=(PRA,)), key=KEY)


@pytest.fixture
def tied(new_databases):
    with a_copy(new_databases, "prop league tied", make_tied, PRICED) as engine:
        yield engine


@pytest.fixture
def untied(new_databases):
    with a_copy(new_databases, "prop league untied", make_untied, PRICED) as engine:
        yield engine


def over(player, line, statistic):
    return PlayerLegAsked(player, Side.OVER, round(4 * line), statistic)


def under(player, line, statistic):
    return PlayerLegAsked(player, Side.UNDER, round(4 * line), statistic)


def synthetic_worlds(desk, event_id, worlds, seed):
    """Give SYNTHETIC final scores in place of those of a forecast."""
    scores = np.random.default_rng(3).poisson(28.0, (worlds, 5, 2)).astype(np.int16)
    scores[:, 4] = 0
    return Worlds(scores, np.ones(worlds)), (f"SYNTHETIC worlds of {event_id}",)


def priced(engine, *legs, game=(), worlds_of=synthetic_worlds, **how):
    return price_slip(a_trained_desk(engine), TONIGHT, SlipAsked(legs, game, **how), worlds_of)


def stored_ties(engine):
    with unit_of_work(engine, write=False) as session:
        return in_force(session, League.NBA, as_of=SEEN_AT, now=SEEN_AT)


def test_several_statistics_leave_one_correlation_and_training_again_adds_none(tied):
    stored = stored_ties(tied)
    with unit_of_work(tied, write=False) as session:
        before = in_force(session, League.NBA, as_of=EARLIER - timedelta(days=1), now=EARLIER - timedelta(days=1))
    train(a_trained_desk(tied), FOUR, key=KEY)
    with unit_of_work(tied, write=False) as session:
        versions = number(session, "SELECT count(*) FROM model_version WHERE kind = 'prop_correlation'")
    ties = stored.ties

    assert (versions, stored_ties(tied).version, before) == (1, stored.version, None)
    assert ties.statistics == FOUR.statistics
    assert len(ties.source.models) == 4
    assert ties.source.seasons == (2024,)
    # SYNTHETIC: points, rebounds and assists are drawn apart from each other, and their sum is tied to each.
    assert np.abs(ties.within[:3, :3] - np.eye(3)).max() < 0.35
    assert (ties.within[3, :3] > 0.1).all()


def test_one_statistic_leaves_no_correlation_and_slips_say_how_to_get_one_or_do_without(untied):
    assert stored_ties(untied) is None
    legs = (over("nba_1", 30.5, PRA), over("nba_2", 25.5, PRA))
    with pytest.raises(NotFound, match=r"none is in the record; train two statistics or more .* --independent"):
        priced(untied, *legs)
    found = priced(untied, *legs, independent=True)

    assert found.correlation is None
    assert found.win == pytest.approx(found.independent, abs=4 * found.win_standard_error)
    assert any("no correlation, as was asked" in note for note in found.notes)


def test_two_numbers_of_one_player_win_together_as_often_as_the_bivariate_normal_says(tied):
    legs = (over("nba_1", 14.5, POINTS), over("nba_1", 5.5, REBOUNDS))
    found = priced(tied, *legs, worlds=100_000)
    ties = stored_ties(tied).ties
    alone = [priced(tied, leg, worlds=1_000).legs[0] for leg in legs]
    cuts = [float(ndtri(leg.loss)) for leg in alone]
    rho = ties.within[0, 1]
    # P(both above) by the closed form of two tied normals: 1 - P(one below) - P(other below) + P(both below).
    below = float(multivariate_normal(cov=[[1.0, rho], [rho, 1.0]]).cdf(cuts))
    truth = 1.0 - alone[0].loss - alone[1].loss + below

    assert [leg.win for leg in found.legs] == pytest.approx([leg.win for leg in alone], abs=1e-9)
    assert found.win == pytest.approx(truth, abs=4 * found.win_standard_error)
    assert found.lift == pytest.approx(found.win / (found.legs[0].win * found.legs[1].win), abs=1e-12)


def test_a_leg_has_the_chances_of_its_own_forecast_whatever_else_is_on_the_slip(tied):
    found = priced(tied, over("nba_1", 30, PRA), over("nba_2", 10.5, POINTS), under("nba_7", 6.5, ASSISTS))
    alone = priced(tied, over("nba_1", 30, PRA)).legs[0]
    spoken = {model.statistic for model in found.models}
    mass = distribution(a_trained_desk(tied), TONIGHT, "nba_1", PRA).mass

    assert alone.push > 0.0
    for part in ("win", "push", "loss"):
        assert getattr(found.legs[0], part) == pytest.approx(getattr(alone, part), abs=1e-9)
    assert (alone.win, alone.push) == pytest.approx((sum(mass[31:]), mass[30]), abs=2e-6)
    assert spoken == {"POINTS", "ASSISTS", "PRA"}


def test_nested_legs_win_as_often_as_the_harder_one_and_exclusive_ones_never(tied):
    nested = priced(tied, over("nba_1", 10.5, POINTS), over("nba_1", 15.5, POINTS))
    apart = priced(tied, over("nba_1", 15.5, POINTS), under("nba_1", 10.5, POINTS))

    assert nested.win == pytest.approx(nested.legs[1].win, abs=1e-11)
    assert (apart.win, apart.hits, apart.fair_decimal) == (0.0, 0, None)


def test_points_within_a_sum_lift_it_and_a_sum_is_never_below_its_points(tied):
    found = priced(tied, over("nba_1", 16.5, POINTS), over("nba_1", 31.5, PRA))
    never = priced(tied, over("nba_1", 19.5, POINTS), under("nba_1", 19.5, PRA))

    assert found.lift > 1.1
    assert {model.statistic for model in found.models} == {"POINTS", "REBOUNDS", "ASSISTS", "PRA"}
    assert never.hits == 0


def test_the_same_legs_give_the_same_numbers_in_any_order_and_another_seed_only_noise(tied):
    legs = (over("nba_1", 14.5, POINTS), over("nba_1", 5.5, REBOUNDS), under("nba_7", 30.5, PRA))
    found, turned = priced(tied, *legs), priced(tied, *legs[::-1])
    other = priced(tied, *legs, seed=found.seed + 1)

    assert priced(tied, *legs) == found
    assert turned.win == pytest.approx(found.win, abs=1e-12)
    assert other.win != found.win
    assert other.win == pytest.approx(found.win, abs=5 * found.win_standard_error)


def test_a_value_counts_what_a_void_gives_back_and_is_nought_at_the_fair_price(tied):
    legs = (over("nba_1", 30.5, PRA), over("nba_2", 24.5, PRA))
    found = priced(tied, *legs, price=PRICE)
    fair = Price(f"{found.fair_decimal}", OddsFormat.DECIMAL, Fraction(found.fair_decimal))
    plays = [leg.plays for leg in found.legs]
    # By hand: nobody, one or both play; a leg that stands and loses takes the stake, a void alone gives it back.
    lost = plays[0] * plays[1] * (1.0 - found.win) + sum(
        plays[at] * (1.0 - plays[1 - at]) * found.legs[at].loss for at in (0, 1)
    )

    assert plays == [0.96, 0.96]
    assert found.value == pytest.approx(plays[0] * plays[1] * found.win * 4.5 - lost, abs=1e-9)
    assert priced(tied, *legs, price=fair).value == pytest.approx(0.0, abs=1e-9)


def test_a_correlation_that_has_seen_the_day_is_told(tied):
    asked = SlipAsked((over("nba_1", 30.5, PRA), over("nba_2", 24.5, PRA)))
    found = price_slip(a_trained_desk(tied), TONIGHT - timedelta(days=1), asked, synthetic_worlds)
    told, untold = found.correlation, priced(tied, *asked.players).correlation

    assert told is not None
    assert untold is not None
    assert (told.hindsight, untold.hindsight) == (True, False)
    assert any(note.startswith("hindsight: the correlation") for note in found.notes)


def test_where_nobody_says_whether_a_player_plays_no_value_is_told(tied):
    found = priced(tied, over("Away Fson", 5.5, PRA), price=PRICE)

    assert (found.value, found.fair_decimal, found.legs[0].plays) == (None, None, None)
    assert any("nobody says whether Synthetic Away Fson plays" in note for note in found.notes)


def plant_total(engine):
    """Say that points go with the total at .5: six SYNTHETIC games are too few to find a tie."""
    ties = replace(stored_ties(engine).ties, total=np.array([0.5, 0.2, 0.1, 0.4]), with_total=400)
    with unit_of_work(engine) as session:
        save(session, ties, league=League.NBA, at=SEEN_AT)


def test_legs_of_the_game_are_priced_in_the_same_worlds_and_tied_by_its_total(tied):
    with pytest.raises(BadInput, match="must rest on 30 games, had 6"):
        priced(tied, over("nba_1", 14.5, POINTS), game=(Leg(MONEYLINE, Side.HOME),))
    plant_total(tied)
    game = (Leg(TOTAL, Side.OVER, 4 * 224 + 2), Leg(MONEYLINE, Side.HOME))
    found = priced(tied, over("nba_1", 14.5, POINTS), game=game)
    scores = synthetic_worlds(None, "", 20_000, 0)[0].final()

    assert [leg.market_key for leg in found.legs] == [
        found.legs[0].market_key,
        "TOTAL:FULL_GAME",
        "MONEYLINE:FULL_GAME",
    ]
    assert found.legs[1].win == pytest.approx((scores.sum(axis=1) > 224).mean(), abs=1e-9)
    assert found.legs[2].win == pytest.approx((scores[:, 0] > scores[:, 1]).mean(), abs=1e-9)
    assert any("SYNTHETIC worlds" in note for note in found.notes)
    both = next(each.win for each in found.subsets if each.legs == [0, 1])
    cuts = [float(ndtri(1.0 - found.legs[at].win)) for at in (0, 1)]
    own = multivariate_normal(cov=[[1.0, 0.5], [0.5, 1.0]]).cdf([-cuts[0], -cuts[1]])
    assert both == pytest.approx(float(own), abs=4 * math.sqrt(0.25 / 20_000))


def test_legs_of_a_game_that_nobody_has_forecast_are_refused_in_one_line(tied):
    with pytest.raises(NotFound, match=r"must have its worlds.*leave them out, or forecast it first") as raised:
        priced(tied, over("nba_1", 14.5, POINTS), game=(Leg(TOTAL, Side.OVER, 900),), worlds_of=worlds_of_event)
    assert "\n" not in str(raised.value)
    team = Leg(Market(MarketType.TEAM_TOTAL_HOME), Side.OVER, 442)
    with pytest.raises(BadInput, match="must be its total, a spread or a moneyline"):
        priced(tied, over("nba_1", 14.5, POINTS), game=(team,))


def test_the_worlds_of_a_game_are_drawn_from_its_last_forecast_so_many_and_the_same_for_a_seed(trusting):
    desk = a_desk(trusting, [archive_of(rows(League.NBA, days=1, games=1, first=date(2023, 11, 12)))])
    backtest(desk)
    with unit_of_work(trusting, write=False) as session:
        (run,) = rows_of(session, "SELECT event_id FROM sim_run")
    found, again, other = (worlds_of_event(desk, run["event_id"], 3_000, seed)[0] for seed in (7, 7, 8))

    assert found.final().shape == (3_000, 2)
    assert np.array_equal(found.scores, again.scores)
    assert not np.array_equal(found.scores, other.scores)


REFUSED = [
    ((), BadInput, "must have a leg on a player"),
    ((over("Ason", 14.5, POINTS),), BadInput, "Synthetic Home Ason"),
    ((over("Zorro", 14.5, POINTS),), NotFound, "must be one who is expected"),
    ((over("nba_1", 2.5, THREES),), NotFound, "props train --statistic threes"),
    ((over("Rookie", 2.5, POINTS),), BadInput, "must have enough games"),
    ((over("nba_1", 14.5, POINTS),) * 2, BadInput, "was there twice"),
    (tuple(over("nba_1", 10.5 + each, POINTS) for each in range(7)), BadInput, "from 1 to 6"),
]


def test_a_slip_that_is_none_is_refused_in_one_line(tied):
    for legs, error, said in REFUSED:
        with pytest.raises(error, match=said) as raised:
            priced(tied, *legs)
        assert "\n" not in str(raised.value)
