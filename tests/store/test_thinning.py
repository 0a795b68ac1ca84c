"""Thinning keeps opens, closes and whatever is referenced, and every answer at a full half-hour stays what it was."""

# mypy: disable-error-code="no-untyped-def, type-arg"

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from closeline.store.record.retention.thinning import CLOSING_STRETCH, Anchors, Kept, Placed, Sampling, kept

NOON = datetime(2024, 1, 1, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
HALF_HOUR = timedelta(minutes=30)
NEVER_RECENT = Sampling(HALF_HOUR, NOON + timedelta(days=30))


@st.composite
def series(draw, name="a", first_id=1):
    """Draw one series as a capture writes it: who comes next remembers when the one before was last seen."""
    rows, at, seen = [], NOON + draw(st.integers(0, 7200)) * SECOND, None
    for place in range(draw(st.integers(1, 40))):
        rows.append(Placed(first_id + place, "TOTAL:FULL_GAME", (name, "TOTAL:FULL_GAME", "", "OVER"), at, seen))
        alive = draw(st.integers(0, 4000))
        gone = draw(st.sampled_from([60, 60, 60, 2000, 8000]))
        seen = at + alive * SECOND
        at = seen + gone * SECOND
    return rows


@st.composite
def boards(draw):
    return draw(series("a", 1)) + draw(series("b", 1001))


moments = st.integers(0, 200_000).map(lambda seconds: NOON + seconds * SECOND)
anchored = st.builds(
    Anchors,
    st.lists(moments, max_size=3).map(lambda found: tuple(sorted(found))),
    st.lists(moments, max_size=3).map(tuple),
    st.one_of(st.just({}), moments.map(lambda at: {"TOTAL:FULL_GAME": at})),
    st.frozensets(st.integers(1, 40), max_size=3),
)


def answer(rows, name, moment):
    """Say which quotes stood at a moment, and until when the record says that they were seen."""
    mine = sorted((row for row in rows if row.series[0] == name), key=lambda row: (row.received_at, row.quote_id))
    place = max((index for index, row in enumerate(mine) if row.received_at <= moment), default=None)
    if place is None:
        return None
    last = mine[place]
    after = next((row for row in mine[place + 1 :] if row.received_at > last.received_at), None)
    until = None if after is None else max(after.previous_seen_at or last.received_at, last.received_at)
    return ([row.quote_id for row in mine if row.received_at == last.received_at], until)


def thinned(rows, anchors, sampling=NEVER_RECENT):
    stays = kept(rows, anchors, sampling)
    return [row for row in rows if row.quote_id in stays], stays


@settings(max_examples=200)
@given(boards(), anchored)
def test_what_counts_stays_and_answers_as_before(rows, anchors):
    left, stays = thinned(rows, anchors)
    for name in ("a", "b"):
        mine = [row for row in rows if row.series[0] == name]
        assert mine[0].quote_id in stays
        assert mine[-1].quote_id in stays
        for moment in (*anchors.starts, *anchors.decided, mine[0].received_at):
            assert answer(left, name, moment) == answer(rows, name, moment)
        for start in anchors.starts:
            window = [row for row in mine if start - CLOSING_STRETCH <= row.received_at < start]
            assert {row.quote_id for row in window} <= set(stays)
            assert answer(left, name, start - SECOND / 1000) == answer(rows, name, start - SECOND / 1000)
        published = anchors.published.get("TOTAL:FULL_GAME")
        if published is not None and anchors.starts:
            after = {row.quote_id for row in mine if published <= row.received_at < max(anchors.starts)}
            assert after <= set(stays)
            assert answer(left, name, published) == answer(rows, name, published)
    assert anchors.pinned & {row.quote_id for row in rows} <= set(stays)


@settings(max_examples=200)
@given(boards())
def test_at_every_half_hour_the_same_quote_stands_and_is_as_alive_as_it_was(rows):
    left, _ = thinned(rows, Anchors())
    last = max(row.received_at for row in rows)
    moment = NOON
    while moment <= last:
        for name in ("a", "b"):
            before, after = answer(rows, name, moment), answer(left, name, moment)
            assert (before is None) == (after is None)
            if before is not None:
                assert before[0] == after[0]
                assert (before[1] is None or before[1] >= moment) == (after[1] is None or after[1] >= moment)
        moment += HALF_HOUR


@given(boards(), anchored)
def test_thinning_twice_takes_nothing_more(rows, anchors):
    left, _ = thinned(rows, anchors)

    assert thinned(left, anchors)[0] == left


def minutely(hours=4):
    seen = [None, *(NOON + timedelta(seconds=60 * minute + 55) for minute in range(60 * hours))]
    return [
        Placed(minute + 1, "TOTAL:FULL_GAME", ("a", "TOTAL:FULL_GAME", "", "OVER"), NOON + minute * 60 * SECOND, before)
        for minute, before in zip(range(60 * hours), seen, strict=False)
    ]


def test_a_price_of_every_minute_is_thinned_to_two_an_hour():
    rows = minutely()
    left, stays = thinned(rows, Anchors())

    assert len(left) < 30
    assert {row.received_at.minute for row in left if stays[row.quote_id] is Kept.SAMPLE} <= {0, 30}


def test_what_is_recent_stays_whole():
    rows = minutely()
    left, _ = thinned(rows, Anchors(), Sampling(HALF_HOUR, NOON + timedelta(hours=2)))

    assert [row for row in left if row.received_at >= NOON + timedelta(hours=2)] == rows[120:]
    assert len(left) < 120 + 20


@pytest.mark.parametrize("fault", ["close", "publication", "pinned"])
def test_an_anchor_that_is_forgotten_is_seen(fault):
    """Planted faults: each anchor is what keeps its quotes; without it they go."""
    rows, start, moment = minutely(8), NOON + timedelta(hours=5, minutes=17), NOON + timedelta(hours=2, minutes=13)
    whole = Anchors((start,), (moment,), {}, frozenset({200}))
    missing = {
        "close": Anchors((), (moment,), {}, frozenset({200})),
        "publication": Anchors((start,), (), {}, frozenset({200})),
        "pinned": Anchors((start,), (moment,), {}, frozenset()),
    }[fault]
    honest, faulty = thinned(rows, whole)[0], thinned(rows, missing)[0]

    assert {row.quote_id for row in faulty} < {row.quote_id for row in honest}
