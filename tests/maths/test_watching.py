"""A trial with levels, clusters and a map underneath, and maps watched beside others: against brute force."""

# mypy: disable-error-code="union-attr, arg-type"

import numpy as np
import pytest

from closeline.domain.calibration import CalibrationMethod, CalibrationScope
from closeline.maths.bootstrap import clustered_upper_bound
from closeline.maths.calibrate import IDENTITY, UNCALIBRATED, CalibrationMap, EffectiveMap, methods_for
from closeline.maths.trial import beside, over_last, split, try_out
from closeline.maths.trial.fitting import _bound
from tests.builders.seasons import games

GRID = np.linspace(0.0, 1.0, 500)
METHOD = CalibrationMethod


def heat(temperature):
    return CalibrationMap(METHOD.TEMPERATURE, (temperature,))


def trial(found, **given):
    return try_out(found.p_raw, found.won, found.days, active=UNCALIBRATED, generator=np.random.default_rng(3), **given)


# -------------------------------------------------------------------------------------------------- blends


@pytest.mark.parametrize("under", [IDENTITY, heat(3.0)])
def test_a_blend_lies_between_its_two_maps_and_never_falls(under):
    own = CalibrationMap(METHOD.ISOTONIC, knots=((0.2, 0.3), (0.5, 0.5), (0.8, 0.55)))
    blend = EffectiveMap(own, under, 0.75)
    low, high = np.minimum(own.apply(GRID), under.apply(GRID)), np.maximum(own.apply(GRID), under.apply(GRID))

    assert (blend.apply(GRID) >= low - 1e-9).all()
    assert (blend.apply(GRID) <= high + 1e-9).all()
    assert blend.is_monotone()
    assert blend.apply(0.3) + blend.apply(0.7) != 1.0  # the knots are not of both sides


def test_both_sides_of_a_blend_of_symmetric_maps_sum_to_one():
    blend = EffectiveMap(heat(1.7), heat(0.8), 0.6)

    np.testing.assert_allclose(blend.apply(GRID) + blend.apply(1 - GRID), 1.0, atol=1e-12)


def test_a_segment_leans_on_the_global_map_by_how_much_it_has_seen():
    found = games(1, 1_200, heat=2.0)
    alone, leaning = trial(found), trial(found, under=heat(0.9))
    n = leaning.evidence.trained

    assert alone.effective == EffectiveMap(alone.fitted)
    assert leaning.fitted == alone.fitted
    assert leaning.effective == EffectiveMap(leaning.fitted, heat(0.9), pytest.approx(n / (n + 200), rel=1e-8))
    assert leaning.evidence.brier_new != alone.evidence.brier_new


# ------------------------------------------------------------------------------------------------- methods


@pytest.mark.parametrize(
    ("n", "asked", "methods"),
    [
        (499, "auto", ()), (500, "auto", (METHOD.TEMPERATURE,)), (2_000, "auto", (METHOD.PLATT,)),
        (5_000, "auto", (METHOD.PLATT, METHOD.ISOTONIC)), (499, "temperature", ()), (1_999, "platt", ()),
        (2_000, "beta", (METHOD.BETA,)), (500, "isotonic", (METHOD.ISOTONIC,)), (499, "isotonic", ()),
    ],
)  # fmt: skip
def test_the_ladder_says_what_a_sample_can_carry(n, asked, methods):
    assert methods_for(n, asked) == methods


def test_from_five_thousand_on_isotonic_is_fitted_where_it_did_better_on_the_past_alone():
    straight = games(2, 8_000, heat=1.5)
    bent = games(3, 8_000)
    generator = np.random.default_rng(4)
    truth = np.where(bent.p_raw > 0.6, 0.6, np.where(bent.p_raw < 0.4, 0.4, bent.p_raw))
    won = (generator.random(8_000) < truth).astype(float)

    assert trial(straight).fitted.method is METHOD.PLATT
    curved = try_out(bent.p_raw, won, bent.days, active=UNCALIBRATED, generator=generator)
    assert curved.fitted.method is METHOD.ISOTONIC


def test_isotonic_of_a_small_sample_must_beat_temperature_too():
    found = games(5, 2_000, heat=1.6)
    asked = trial(found, method="isotonic", events=found.events)

    assert asked.fitted.method is METHOD.ISOTONIC
    assert asked.reasons == ("NOT_BETTER_THAN_TEMPERATURE",)
    assert trial(found, method="temperature").reasons == ()


def test_a_method_that_the_past_cannot_carry_has_no_trial():
    assert trial(games(6, 2_000), method="platt") is None


# -------------------------------------------------------------------------------------------------- bounds


def test_the_stricter_of_days_and_events_is_what_the_gate_sees():
    generator = np.random.default_rng(8)
    event_effect = np.repeat(generator.normal(-0.004, 0.02, 200), 3)
    days, events = np.arange(600) // 12, np.arange(600) // 3
    both = _bound(event_effect, [days, events], level=0.9, generator=np.random.default_rng(9))
    stream = np.random.default_rng(9)
    by_day, by_event = (
        clustered_upper_bound(event_effect, each, level=0.9, generator=stream) for each in (days, events)
    )

    assert both == max(by_day, by_event)
    alone = clustered_upper_bound(event_effect, np.arange(600), level=0.9, generator=np.random.default_rng(9))
    assert both > alone


def test_a_higher_level_asks_for_more():
    found = games(7, 2_000, heat=1.4)
    levels = [trial(found, level=level, events=found.events).evidence.brier_difference_upper for level in (0.9, 0.99)]

    assert levels[0] < levels[1]


def test_the_scope_is_that_of_the_evidence():
    assert trial(games(8, 1_200), scope=CalibrationScope.GLOBAL).evidence.scope is CalibrationScope.GLOBAL


def test_no_event_trains_and_judges():
    found = games(9, 1_200)
    parts = split(found.days)
    names = np.array(found.events)

    assert not set(names[parts.train]) & set(names[parts.judge])


# ------------------------------------------------------------------------------------------------ watching


def test_a_shadow_is_set_beside_the_map_in_force_by_plain_sums():
    found = games(10, 300, heat=1.5)
    new, old = heat(1.5), heat(0.8)
    seen = beside(found.p_raw, found.won, [f"{place // 3}" for place in range(300)], active=old, new=new)
    difference = (new.apply(found.p_raw) - found.won) ** 2 - (old.apply(found.p_raw) - found.won) ** 2
    sums = difference.reshape(100, 3).sum(axis=1)

    assert (seen.events, seen.observations) == (100, 300)
    assert seen.brier_difference == pytest.approx(difference.mean(), rel=1e-6)
    assert seen.standard_error == pytest.approx(sums.std(ddof=1) * np.sqrt(100) / 300, rel=1e-6)


def test_one_game_says_nothing_of_its_error():
    seen = beside(np.array([0.6, 0.7]), np.array([1.0, 1.0]), ["a", "a"], active=IDENTITY, new=heat(2.0))

    assert (seen.events, seen.standard_error) == (1, 0.0)


def test_the_map_in_force_is_set_beside_the_raw_probability():
    found = games(11, 300)
    seen = over_last(found.p_raw, found.won, found.events, active=heat(0.3))

    assert seen.picks == 300
    assert seen.brier_raw == pytest.approx(((found.p_raw - found.won) ** 2).mean(), rel=1e-6)
    assert seen.p_value < 0.001
    assert over_last(found.p_raw, found.won, found.events, active=IDENTITY).p_value == 1.0
