"""What hypothesis draws from: prices, lines, selections and paths of quotes."""

from datetime import timedelta

from hypothesis import strategies as st

from closeline.domain.markets import GAME_MARKETS, MONEYLINE, Selection
from tests.builders.moments import OPENS

american = st.one_of(st.integers(-2000, -101), st.integers(100, 2000)).map(lambda n: f"{n:+d}")
prices = st.sampled_from(["-110", "-105", "+100", "+120"])
lines = st.sampled_from([-18, -16, -14, -12])
probabilities = st.floats(0.02, 0.98)
json_scalars = st.one_of(st.none(), st.booleans(), st.integers(-(2**53), 2**53), st.floats(allow_nan=False, allow_infinity=False), st.text())  # fmt: skip


@st.composite
def selections(draw):
    market = draw(st.sampled_from(GAME_MARKETS))
    side = draw(st.sampled_from(market.sides))
    line = None if market == MONEYLINE else draw(st.integers(-4000, 4000))
    return Selection("nba_heat_celtics_2023_11_15", market, side, line)


@st.composite
def quote_paths(draw, *, in_order: bool):
    """Draw what one series said at each poll, and the order in which the polls arrived: [(moment, line, price)]."""
    polls = draw(st.lists(st.tuples(lines, prices), min_size=1, max_size=8))
    path = [(OPENS + timedelta(minutes=5 * number), line, price) for number, (line, price) in enumerate(polls)]
    return path, path if in_order else draw(st.permutations(path))
