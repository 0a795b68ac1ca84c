"""What loosens must be better beyond chance, what tightens must not be worse, and what is no number never passes."""

import json
from dataclasses import asdict, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from closeline.domain.policies.gate import Held, PolicyEvidence, policy_gate, read_evidence, write_evidence

NAN = float("nan")
OLD = Held(0.3, 0.01, 400, 0.02, 0.015, 0.025, 0.690)
LOOSER = Held(0.4, 0.0075, 500, 0.022, 0.016, 0.028, 0.689)
TIGHTER = Held(0.3, 0.0125, 300, 0.021, 0.014, 0.028, 0.690)


def evidence(new=LOOSER, **other):
    given_ = {
        "market_key": "SPREAD:FULL_GAME", "old": OLD, "new": new, "offered": 2000, "gained": 0.002, "gained_lower": 0.001,
        "p_value": 0.001, "p_adjusted": 0.009, "tried": 9, "is_steady": True, "is_out_of_time": True,
        "trained_to": "2024-01-01", "judged_from": "2024-01-03",
    }  # fmt: skip
    return PolicyEvidence(**(given_ | other))


def equal(new):
    """Give evidence of a candidate that did exactly as well as the terms in force."""
    same = replace(new, clv=OLD.clv, clv_low=OLD.clv_low, clv_high=OLD.clv_high, log_loss=OLD.log_loss)
    return evidence(same, gained=0.0, gained_lower=0.0, p_value=1.0, p_adjusted=1.0)


@pytest.mark.parametrize("new", [LOOSER, TIGHTER])
def test_what_is_better_beyond_chance_is_accepted(new):
    assert policy_gate(evidence(new)) == policy_gate(evidence(new))
    assert policy_gate(evidence(new)).activate


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ({"new": replace(LOOSER, played=199)}, "TOO_FEW"), ({"is_out_of_time": False}, "NOT_OUT_OF_TIME"),
        ({"trained_to": "2024-01-03"}, "NOT_OUT_OF_TIME"), ({"trained_to": ""}, "NOT_OUT_OF_TIME"),
        ({"is_steady": False}, "NOT_STEADY"), ({"gained": -0.001, "gained_lower": -0.002}, "CLV_NOT_BETTER"),
        ({"gained_lower": 0.0}, "CLV_NOT_BETTER"), ({"new": replace(LOOSER, clv_low=0.0)}, "CLV_NOT_POSITIVE"),
        ({"new": replace(LOOSER, log_loss=0.6901)}, "LOG_LOSS_WORSE"), ({"p_adjusted": 0.051}, "NOT_SIGNIFICANT"),
        ({"new": OLD}, "NOTHING_CHANGES"),
    ],
)  # fmt: skip
def test_one_fault_is_one_reason(fault, reason):
    verdict = policy_gate(evidence(**fault))

    assert not verdict.activate
    assert verdict.reasons == (reason,)


def test_a_loosening_that_is_only_equal_is_refused():
    assert policy_gate(equal(LOOSER)).reasons == ("CLV_NOT_BETTER", "NOT_SIGNIFICANT")


def test_a_tightening_that_is_equal_is_accepted():
    assert policy_gate(equal(TIGHTER)).activate


def test_a_tightening_that_gives_up_value_is_refused():
    assert policy_gate(evidence(TIGHTER, gained=-1e-6, gained_lower=-0.001)).reasons == ("CLV_NOT_BETTER",)


def test_a_tightening_need_not_be_significant():
    assert policy_gate(evidence(TIGHTER, gained_lower=-0.001, p_value=0.3, p_adjusted=1.0)).activate


def test_playing_more_at_the_same_edge_loosens():
    more = replace(OLD, beta=0.4, played=401)

    assert evidence(more).loosens
    assert not policy_gate(equal(more)).activate
    assert not evidence(replace(OLD, beta=0.2, played=399)).loosens


FIGURES = ("gained", "gained_lower", "p_value", "p_adjusted")
OF_NEW = ("beta", "threshold", "clv", "clv_low", "clv_high", "log_loss")


@pytest.mark.parametrize("base", [LOOSER, TIGHTER])
@pytest.mark.parametrize("bad", [NAN, float("inf"), float("-inf")])
@pytest.mark.parametrize("name", [*FIGURES, *OF_NEW, "old"])
def test_a_figure_that_is_no_number_never_passes(base, bad, name):
    if name == "old":
        planted = evidence(base, old=replace(OLD, log_loss=bad))
    elif name in OF_NEW:
        planted = evidence(replace(base, **{name: bad}))
    else:
        planted = evidence(base, **{name: bad})

    assert not policy_gate(planted).activate
    assert "NOT_A_NUMBER" in policy_gate(planted).reasons


numbers = st.floats(-1, 1) | st.just(NAN)
held = st.builds(Held, numbers, st.none() | st.floats(0, 0.04), st.integers(0, 600), numbers, numbers, numbers, numbers)


@given(st.builds(
    PolicyEvidence, st.just("SPREAD:FULL_GAME"), held, held, st.integers(0, 900), numbers, numbers, numbers, numbers,
    st.integers(0, 9), st.booleans(), st.booleans(), st.sampled_from(["", "2024-01-01"]), st.just("2024-01-03"),
))  # fmt: skip
def test_stored_evidence_gives_the_same_verdict_again(one):
    (again,) = read_evidence(write_evidence((one,)))

    assert policy_gate(again) == policy_gate(one)
    assert write_evidence((again,)) == write_evidence((one,))
    assert set(json.loads(write_evidence((one,)))[0]) == set(asdict(one))
