"""A proposal is taken whole or refused in one line, and nothing outside the hard bounds is ever taken."""

import json
from dataclasses import asdict, replace
from datetime import date

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from closeline.domain.errors import BadInput
from closeline.domain.ids import canonical_json
from closeline.domain.leagues import League
from closeline.domain.limits import held, limits_of, with_limits
from closeline.domain.limits.effects import Effect, changes
from closeline.domain.limits.meanings import FIELDS
from closeline.domain.limits.proposal import propose, shown
from closeline.store.packaged import read_artefact
from tests.builders.limits import packaged, unsafe

PACKAGED = read_artefact("limits.json").decode()
AGES = [[1440, 360], [180, 60], [30, 10], [0, 3]]
HUGE = int("f" * 60_000, 16)  # more digits than Python writes


def kind(value):
    return type(value).__name__


def refusal(wanted, limits=None):
    with pytest.raises(BadInput) as refused:
        propose(limits or packaged(), wanted)
    line = str(refused.value)
    assert len(line.splitlines()) == 1
    assert len(line) < 1200
    return line


def effect(name, before, after):
    limits = replace(packaged(), **{name: before})
    return [change.effect for change in changes(asdict(limits), asdict(replace(limits, **{name: after})))]


def test_only_what_is_wanted_changes():
    after = propose(packaged(), {"total_high": 64, "booksum_high": 1.1})

    assert after == replace(packaged(), total_high=64, booksum_high=1.1)


@pytest.mark.parametrize("name", [name for name, field in FIELDS.items() if field.low is not None])
@pytest.mark.parametrize("value", [
    True, "28", "", None, [], [1], {}, {"a": 1}, date(2026, 1, 1), float("nan"), float("inf"), float("-inf"), HUGE, -HUGE,
    1e308, -1e308, -1, 0,
], ids=kind)  # fmt: skip
def test_a_number_that_is_none_or_out_of_bounds_is_refused_by_name(name, value):
    line = refusal({name: value})

    assert line.startswith(f"{name} must be ")
    assert "leave it out to keep" in line


@pytest.mark.parametrize(("wanted", "says"), [
    ({"booksum_low": 0.94}, "booksum_low must be a number from 0.95 to 1.05, was 0.94"),
    ({"booksum_high": 1.31}, "booksum_high must be a number from 1 to 1.3, was 1.31"),
    ({"moneyline_max": 500.0}, "moneyline_max must be a whole number from 100 to 10000, was 500.0"),
    ({"edge_implausible": 0.21}, "edge_implausible must be a number above 0 to 0.2, was 0.21"),
    ({"variance_soft": 1}, "variance_soft must be a number above 1 to 2, was 1"),
    ({"total_soft": 7}, "total_soft must be below total_hard, was 7 and 6: doubt comes before a cap; propose both"),
    ({"edge_implausible": 0.02}, "to play none set publishing = false"),
    ({"publishing": 1}, "publishing must be true or false, was 1"),
    ({"publishing": "false"}, "publishing must be true or false, was 'false'"),
    ({"closed_markets": "TOTAL:FULL_GAME"}, "closed_markets must be a list of market keys"),
    ({"closed_markets": ["TOTAL"]}, "was ['TOTAL']"),
    ({"closed_markets": [["TOTAL:FULL_GAME"]]}, "closed_markets must be a list of market keys"),
    ({"total_hihg": 64}, "had 'total_hihg'; did you mean total_high?"),
    ({"kelly": 1}, "had 'kelly'; limits are total_low, "),
    ({"league": "nba"}, "had 'league'; limits are total_low, "),
    ({"a\nb": 1}, r"had 'a\nb'"),
    ({"x" * 50_000: 1}, "..."),
])  # fmt: skip
def test_a_refusal_names_the_key_what_was_expected_and_the_mend(wanted, says):
    assert says in refusal(wanted)


@pytest.mark.parametrize("ages", [
    [], [[0, 0]], [[0, -1]], [[0, 7]], [[1440, 721], *AGES[1:]], [[100, 60], [0, 3], [30, 3]], [[30, 3]], [[0, 3], [0, 2]],
    [[0, "3"]], [[0, 3, 1]], [0, 3], "0", [[-1, 1], [0, 1]], [[float("nan"), 3], [0, 3]], [[0, float("inf")]],
    [[10, 60], [0, 3]], [[HUGE, 3], [0, 3]], [[n, 1] for n in range(20, -1, -1)], [[True, 3], [0, 3]], {"0": 3},
])  # fmt: skip
def test_no_quote_may_be_older_than_twice_the_standard(ages):
    assert refusal({"quote_age_minutes": ages}).startswith("quote_age_minutes must be pairs of minutes")


@pytest.mark.parametrize("ages", [AGES, [[0, 6]], [[1440, 720], [180, 120], [30, 20], [0, 6]], [[29.5, 6], [0, 0.5]]])
def test_ages_within_twice_the_standard_are_taken(ages):
    after = propose(packaged(), {"quote_age_minutes": ages})

    assert after.quote_age_minutes == tuple(map(tuple, ages))
    assert unsafe(after) == []


def test_markets_are_kept_once_and_in_order():
    keys = ["TOTAL:FULL_GAME", "SPREAD:1H", "TOTAL:FULL_GAME"]

    assert propose(packaged(), {"closed_markets": keys}).closed_markets == ("SPREAD:1H", "TOTAL:FULL_GAME")


@pytest.mark.parametrize(("name", "before", "after", "told"), [
    ("total_high", 66, 64, Effect.TIGHTENS),
    ("total_high", 64, 66, Effect.LOOSENS),
    ("total_low", 28, 30, Effect.TIGHTENS),
    ("edge_pick", 0.03, 0.02, Effect.LOOSENS),
    ("booksum_low", 0.99, 1.0, Effect.TIGHTENS),
    ("publishing", True, False, Effect.TIGHTENS),
    ("publishing", False, True, Effect.LOOSENS),
    ("closed_markets", (), ("TOTAL:1H",), Effect.TIGHTENS),
    ("closed_markets", ("TOTAL:1H",), (), Effect.LOOSENS),
    ("closed_markets", ("TOTAL:1H",), ("SPREAD:1H",), Effect.SHIFTS),
    ("quote_age_minutes", ((0, 3),), ((0, 2),), Effect.TIGHTENS),
    ("quote_age_minutes", ((0, 3),), ((30, 10), (0, 3)), Effect.LOOSENS),
    ("quote_age_minutes", ((0, 3),), ((30, 10), (0, 2)), Effect.SHIFTS),
    ("baseline_mean_total", 45.4, 44, Effect.SHIFTS),
    ("reference_total_sd", 13.3, 13, Effect.SHIFTS),
])  # fmt: skip
def test_a_change_is_said_to_tighten_or_to_loosen(name, before, after, told):
    assert effect(name, before, after) == [told]


def test_a_whole_number_is_the_same_however_it_is_written():
    limits = packaged()
    wanted = {"total_high": float(limits.total_high)}

    assert propose(limits, wanted) == limits
    assert canonical_json(propose(limits, wanted).total_high) == canonical_json(limits.total_high)


def test_a_configuration_is_changed_in_one_league_and_names_the_one_before():
    content = with_limits(PACKAGED, League.NFL, {"total_high": 64, "closed_markets": ("TOTAL:1H",)}, follows="before")
    text = canonical_json(content)
    old = json.loads(PACKAGED)["leagues"]

    assert limits_of(text, League.NFL) == replace(packaged(), total_high=64, closed_markets=("TOTAL:1H",))
    assert {name: found for name, found in content["leagues"].items() if found != old[name]}.keys() == {"nfl"}
    assert content["follows"] == "before"


def test_a_configuration_without_a_league_holds_nothing_of_it():
    assert held('{"leagues": {}}', League.NFL) == {}


def test_a_flag_that_a_version_does_not_name_has_its_default():
    assert held('{"leagues": {"nfl": {"league": "nfl"}}}', League.NFL) == {
        "league": "nfl",
        "publishing": True,
        "closed_markets": (),
        "prop_edge_min": 0.03,
        "prop_confidence_min": 0.6,
        "prop_cv_max": 0.35,
        "prop_games_least": 5,
        "prop_booksum_high": 1.2,
        "prop_age_minutes_max": 15.0,
    }


def deep(levels):
    value: dict = {}
    for _ in range(levels):
        value = {"a": value}
    return value


@pytest.mark.parametrize("value", [HUGE, deep(100_000), "x" * 100_000, "a\n\tb\x00", [HUGE]], ids=kind)
def test_whatever_was_given_is_shown_in_one_short_line(value):
    text = shown(value)

    assert len(text) < 100
    assert text.isprintable()


near = st.one_of(
    st.floats(), st.integers(), st.floats(0, 2), st.floats(0, 100), st.integers(0, 200), st.booleans(), st.text(),
    st.sampled_from([0.95, 1.3, 0.2, 5, 2, 1, 0, 1.0000001, 720, 6]),
    st.lists(st.lists(st.one_of(st.integers(0, 1500), st.floats()), min_size=2, max_size=2), max_size=4),
    st.lists(st.sampled_from(["TOTAL:FULL_GAME", "SPREAD:1H", "TOTAL", ""])),
)  # fmt: skip
FACTORS = st.one_of(st.floats(0.9, 1.1), st.floats(0.9, 1.1), st.floats(0.2, 3))


@st.composite
def proposals(draw):
    """Draw changes of any kind, most of them near what is in force, so that some are taken."""
    limits = packaged(draw(st.sampled_from(League)))
    names = draw(st.lists(st.sampled_from([*FIELDS, "nonsense"]), max_size=3, unique=True))
    wanted = {}
    for name in names:
        value = getattr(limits, name, 0)
        scaled = isinstance(value, int | float) and not isinstance(value, bool) and draw(st.integers(0, 9)) > 0
        wanted[name] = value * draw(FACTORS) if scaled else draw(near)
        if scaled and isinstance(value, int) and draw(st.booleans()):
            wanted[name] = round(wanted[name])
    return limits, wanted


@given(proposals())
@example((packaged(), {"quote_age_minutes": [[0, 6]], "edge_implausible": 0.2, "booksum_low": 0.95}))
def test_no_proposal_that_is_taken_is_outside_the_hard_bounds(drawn):
    limits, wanted = drawn
    try:
        after = propose(limits, wanted)
    except BadInput:
        refusal(wanted, limits)
        return

    assert unsafe(after) == []
    assert {name for name, value in asdict(after).items() if value != getattr(limits, name)} <= set(wanted)
    changed = {change.name: change.after for change in changes(asdict(limits), asdict(after))}
    stored = canonical_json(with_limits(PACKAGED, League(limits.league), changed, follows="x"))
    assert limits_of(stored, League(limits.league)) == after
