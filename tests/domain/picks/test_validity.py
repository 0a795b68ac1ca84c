"""Validity (validity-v1): a pure function of terms, later quotes and rules, against an oracle of another shape."""

# mypy: disable-error-code="union-attr"

import json
from dataclasses import replace
from datetime import timedelta
from fractions import Fraction

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from closeline.domain.errors import BadInput
from closeline.domain.leagues import League
from closeline.domain.markets import MarketType
from closeline.domain.odds import american_to_decimal
from closeline.domain.picks import Validity, validity
from closeline.domain.picks.validity import Around, Chance, Offer, Reason, Terms, changed_rules, rules_of
from tests.builders.moments import HOUR, MINUTE, OPENS

NFL, MLB = changed_rules(League.NFL, {}), changed_rules(League.MLB, {})
NOW = OPENS + 2 * HOUR
RANK = {Validity.INVALIDATED: 0, Validity.MOVED_BUT_OK: 1, Validity.VALID: 2}


def price(american: int) -> Fraction:
    return american_to_decimal(american)


def terms(line=-18, american=-110, win=0.57, *, kind=MarketType.SPREAD, lines=()):
    """Give a pick at -4.5, say; further from the line a win is less or more likely by 1 % a quarter point."""
    own = Chance(win, 0.0)
    chances = {line: own} | {other: Chance(min(max(win + 0.01 * (other - line), 0.01), 0.99), 0.0) for other in lines}
    return Terms(kind, line, price(american), own.ev(price(american)), chances)


def offer(book="a", american=-110, line=-18, *, number=1, at=OPENS + HOUR, seen=NOW, weight=1):
    return Offer(book, at, number, line, price(american) if american else None, seen, f"{american}", weight)


def look(offers, rules=NFL, *, of=None, before=None, **around):
    return validity.validity(of or terms(), offers, Around(NOW, **around), rules, before=before)


def test_a_price_that_stands_leaves_the_pick_valid():
    found = look([offer()])

    assert (found.state, found.reasons, found.refresh, found.best) == (Validity.VALID, (), False, offer())
    assert found.ev_now == terms().ev


@pytest.mark.parametrize(
    ("american", "state", "reasons"),
    [
        (-115, Validity.VALID, ()),
        (-120, Validity.MOVED_BUT_OK, (Reason.EV_FELL,)),
        (-128, Validity.MOVED_BUT_OK, (Reason.EV_FELL,)),
        (-130, Validity.INVALIDATED, (Reason.EV_GONE,)),
    ],
)
def test_a_price_that_falls_takes_the_pick_down_step_by_step(american, state, reasons):
    """0.57 at -110 is worth 8.8 %; 60 % of that is 5.3 %, which -120 (4.5 %) is below; -130 is worth 0.8 %."""
    found = look([offer(american=american)])

    assert (found.state, found.reasons) == (state, reasons)


@pytest.mark.parametrize(
    ("line", "state", "reasons"),
    [
        (-20, Validity.VALID, ()),
        (-22, Validity.MOVED_BUT_OK, (Reason.LINE_MOVED,)),
        (-14, Validity.MOVED_BUT_OK, (Reason.LINE_MOVED,)),
        (-12, Validity.INVALIDATED, (Reason.KEY_NUMBER,)),
        (-10, Validity.INVALIDATED, (Reason.KEY_NUMBER,)),
        (-28, Validity.INVALIDATED, (Reason.KEY_NUMBER,)),
    ],
)
def test_a_line_may_go_half_a_point_and_never_through_a_key_number(line, state, reasons):
    moved = look([offer(line=line, american=150)], of=terms(lines=(line,)))

    assert (moved.state, moved.reasons, moved.line_move_quarters) == (state, reasons, abs(line + 18))


def test_the_other_team_has_the_same_key_numbers_and_other_leagues_have_none():
    underdog, moved = terms(10, lines=(14,)), [offer(line=14, american=150)]

    assert look(moved, of=underdog).state is Validity.INVALIDATED
    assert look(moved, changed_rules(League.NBA, {}), of=underdog).state is Validity.MOVED_BUT_OK
    assert look(moved, of=replace(underdog, type=MarketType.TOTAL)).state is Validity.MOVED_BUT_OK


def test_the_line_is_that_of_the_books_together_and_not_of_one_that_lags():
    lagging = [offer("a", 150, -18), offer("sharp", -110, -10, weight=4), offer("c", -110, -18)]
    found = look(lagging, of=terms(lines=(-10,)))

    assert (found.market_line_quarters, found.state) == (-10, Validity.INVALIDATED)
    assert look(lagging[::2], of=terms(lines=(-10,))).state is Validity.VALID


@pytest.mark.parametrize(("american", "state"), [(-120, Validity.VALID), (-121, Validity.MOVED_BUT_OK), (150, Validity.VALID)])  # fmt: skip
def test_baseball_may_lose_ten_cents(american, state):
    of = terms(None, -110, 0.62, kind=MarketType.MONEYLINE)

    assert look([offer(line=None, american=american)], MLB, of=of).state is state


def test_half_a_point_is_too_much_for_baseball():
    of = terms(34, kind=MarketType.TOTAL, lines=(36,))

    assert look([offer(line=36, american=120)], MLB, of=of).reasons == (Reason.LINE_MOVED,)


def test_a_premise_that_changed_ends_the_pick_and_is_told():
    found = look([offer()], premise="PREMISE_CHANGED: away starter Cole -> Nobody")

    assert (found.state, found.reasons, found.refresh) == (Validity.INVALIDATED, (Reason.PREMISE_CHANGED,), True)
    assert found.notes == ("PREMISE_CHANGED: away starter Cole -> Nobody",)


@pytest.mark.parametrize(("age", "news", "reasons"), [
    (6 * HOUR, False, ()), (6 * HOUR + MINUTE, False, (Reason.MODEL_OLD,)), (HOUR, True, (Reason.INJURY_NEWS,)),
])  # fmt: skip
def test_an_old_forecast_or_news_asks_for_a_newer_one_and_changes_nothing_else(age, news, reasons):
    found = look([offer()], model_age=age, injury_news=news)

    assert (found.state, found.reasons, found.refresh) == (Validity.VALID, reasons, bool(reasons))


def test_where_nobody_offers_the_selection_it_stays_as_it_was():
    gone = [offer(), offer(american=None, number=2)]

    assert look(gone).state is Validity.VALID
    assert look(gone, before=Validity.MOVED_BUT_OK).state is Validity.MOVED_BUT_OK
    assert look([offer(seen=NOW - 31 * MINUTE)]).reasons == (Reason.NO_OFFER,)
    assert look([offer(seen=NOW - 30 * MINUTE)]).reasons == ()


def test_a_line_that_nothing_values_is_no_reason_to_end_a_pick():
    found = look([offer(line=-20)])

    assert (found.state, found.reasons, found.ev_now) == (Validity.MOVED_BUT_OK, (Reason.LINE_NOT_VALUED,), None)


def test_what_is_invalidated_stays_so():
    found = look([offer(american=300)], before=Validity.INVALIDATED)

    assert (found.state, found.reasons) == (Validity.INVALIDATED, (Reason.INVALIDATED_BEFORE,))


def test_two_lines_with_one_time_of_the_source_go_by_our_own_sequence():
    """Fault 24: of two quotes that were received together the one that was numbered later stands."""
    first, second = offer(american=-110, number=7), offer(american=-140, number=8)

    assert look([first, second]).best == look([second, first]).best == second


def test_what_was_received_after_the_look_is_not_known_yet():
    assert look([offer(), offer(american=-200, number=2, at=NOW + MINUTE)]).state is Validity.VALID


books = st.sampled_from(["a", "b", "c"])
all_lines = st.sampled_from([-30, -20, -18, -17, -12, -8, None])
offers = st.builds(
    lambda book, american, line, number, minutes, seen, weight: offer(
        book, american, line, number=number, at=OPENS + minutes * MINUTE, seen=NOW - seen * MINUTE, weight=weight
    ),
    books, st.one_of(st.none(), st.integers(-300, -101), st.integers(100, 300)), all_lines,
    st.integers(1, 6), st.integers(0, 130), st.integers(0, 45), st.sampled_from([1, 4]),
)  # fmt: skip
many = st.lists(offers, max_size=6, unique_by=lambda item: (item.book, item.received_at, item.quote_id))
OF = terms(lines=(-20, -17, -12, -8))
around = st.builds(
    lambda premise, age, news: Around(NOW, premise, timedelta(hours=age), news),
    st.sampled_from([None, None, None, "PREMISE_CHANGED: x"]), st.integers(0, 12), st.booleans(),
)  # fmt: skip


def oracle(of, given_offers, seen, rules, before):
    """Say the same in another shape: sort everything, walk once, and look the state up."""
    last = {}
    for item in sorted(given_offers, key=lambda one: (one.received_at, one.quote_id)):
        if item.received_at <= seen.at:
            last[item.book] = item
    fresh = [
        item for item in last.values()
        if item.price is not None and seen.at - max(item.seen_until, item.received_at) <= rules.offer_age_most
    ]  # fmt: skip
    if before is Validity.INVALIDATED:
        return Validity.INVALIDATED
    votes: dict[int | None, int] = {}
    for item in fresh:
        votes[item.line_quarters] = votes.get(item.line_quarters, 0) + item.weight
    most = max(votes.values(), default=0)
    near = sorted(
        (line for line, count in votes.items() if count == most),
        key=lambda line: (abs((line or 0) - (of.line_quarters or 0)), line or 0),
    )
    line = near[0] if near else None
    values = [
        (1 - of.chances[item.line_quarters].push) * (of.chances[item.line_quarters].win * float(item.price) - 1)
        for item in fresh if item.line_quarters in of.chances
    ]  # fmt: skip
    crossed = (
        bool(fresh) and line is not None and line != of.line_quarters and of.type is MarketType.SPREAD
        and any(
            quarter in range(min(line, of.line_quarters), max(line, of.line_quarters) + 1)
            for key in rules.key_quarters for quarter in (key, -key)
        )
    )  # fmt: skip
    if seen.premise or crossed or (values and round(max(values), 12) < rules.ev_least):
        return Validity.INVALIDATED
    if not fresh:
        return before or Validity.VALID
    same = [item.price for item in fresh if item.line_quarters == of.line_quarters]
    cents = _cents(of.price) - _cents(max(same)) if same and rules.cents_most is not None else 0
    fine = (
        bool(values)
        and round(max(values), 12) >= rules.ev_share * of.ev
        and abs((line or 0) - (of.line_quarters or 0)) <= rules.line_quarters_most
        and cents <= (rules.cents_most or 0)
    )
    return Validity.VALID if fine else Validity.MOVED_BUT_OK


def _cents(decimal):
    net = decimal - 1
    return 100 * net - 100 if net >= 1 else 100 - 100 / net


@given(many, around, st.sampled_from([NFL, MLB]), st.sampled_from([None, *Validity]))
@settings(max_examples=150)
def test_every_finding_is_what_the_oracle_says(found, seen, rules, before):
    assert validity.validity(OF, found, seen, rules, before=before).state is oracle(OF, found, seen, rules, before)


@given(many, around, st.randoms(use_true_random=False))
@settings(max_examples=60)
def test_order_and_repetition_change_nothing(found, seen, order):
    mixed = [*found, *found[:2]]
    order.shuffle(mixed)

    assert validity.validity(OF, mixed, seen, NFL) == validity.validity(OF, found, seen, NFL)


def worsened(found, place):
    """Give the same offers, one of them at a price that pays less."""
    item = found[place]
    return [*found[:place], replace(item, price=1 + (item.price - 1) * Fraction(9, 10)), *found[place + 1 :]]


@given(many, around, st.data(), st.sampled_from([NFL, MLB]))
@settings(max_examples=100)
def test_a_worse_price_never_makes_a_pick_more_valid(found, seen, data, rules):
    priced = [place for place, item in enumerate(found) if item.price is not None]
    assume(priced)
    after = worsened(found, data.draw(st.sampled_from(priced)))

    assert (
        RANK[validity.validity(OF, after, seen, rules).state] <= RANK[validity.validity(OF, found, seen, rules).state]
    )


def disagreements(examples):
    """Count how many of some offers the oracle judges otherwise."""
    seen = Around(NOW)
    return sum(validity.validity(OF, one, seen, NFL).state is not oracle(OF, one, seen, NFL, None) for one in examples)


EXAMPLES = [
    [offer(american=-130)],
    [offer(line=-12, american=150)],
    [offer(number=2, american=-130), offer(number=1)],
    [offer(seen=NOW - 40 * MINUTE, american=-150)],
    [offer("a", 200, -18), offer("b", -110, -12, weight=4)],
    [offer(american=-120)],
]


@pytest.mark.parametrize(
    ("name", "planted"),
    [
        ("_passes_key", lambda of, line, rules: False),
        ("_place", lambda item: (item.received_at, -item.quote_id)),
        ("_best", lambda of, standing: (of.ev, None)),
        ("_common_line", lambda of, standing: of.line_quarters),
        ("_standing", lambda given_offers, at, rules: [item for item in given_offers if item.price is not None]),
    ],
)
def test_a_planted_bug_is_told_by_the_oracle(monkeypatch, name, planted):
    assert disagreements(EXAMPLES) == 0
    monkeypatch.setattr(validity, name, planted)

    assert disagreements(EXAMPLES) > 0


def test_a_twin_that_takes_the_line_of_the_best_offer_improves_with_a_worse_price(monkeypatch):
    """Planted: what moved is judged at the offer that pays most, so a price that falls hides the move."""
    found = [offer("a", -110, -18), offer("b", 150, -12)]
    of = terms(lines=(-12,))
    monkeypatch.setattr(
        validity, "_common_line", lambda these, standing: validity._best(these, standing)[1].line_quarters
    )
    worse = [found[0], replace(found[1], price=price(-200))]

    assert look(found, of=of).state is Validity.INVALIDATED
    assert look(worse, of=of).state is Validity.VALID


def test_rules_are_named_by_what_they_say():
    plain, changed = changed_rules(League.NFL, {}), changed_rules(League.NFL, {"ev_share": 0.5})

    assert (plain.version, plain.key_quarters) == ("validity-v1", (12, 28))
    assert changed.version.startswith("validity-v1+")
    assert changed == changed_rules(League.NFL, {"ev_share": 0.5})
    assert changed_rules(League.NFL, {"ev_share": 0.6, "model_hours": 6, "line_points": 0.5}) == plain
    assert rules_of(json.dumps({"validity": {"nfl": {"ev_share": 0.5}}}), League.NFL) == changed
    assert rules_of("{}", League.MLB).cents_most == 10


@pytest.mark.parametrize("wanted", [{"x": 1}, {"ev_share": 2}, {"ev_share": True}, {"model_hours": "6"}, {"line_points": -1}])  # fmt: skip
def test_rules_that_cannot_be_are_refused_in_one_line(wanted):
    with pytest.raises(BadInput, match="must"):
        changed_rules(League.NFL, wanted)
