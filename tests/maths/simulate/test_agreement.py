"""Both evaluators of every league's packaged model agree on every market of the board, at every listed line."""

import numpy as np
import pytest

from closeline.domain.leagues import League
from closeline.domain.markets import MarketType, opposite
from closeline.maths.distributions import pmf
from closeline.maths.simulate.board import listing
from closeline.maths.simulate.catalogue import Artefact, read_artefact
from closeline.maths.simulate.simulation import Marginals, Simulated, draw, evaluate_exactly, prepare
from closeline.maths.simulate.sport import Rules
from closeline.store import packaged

GAMES = {
    League.NFL: (-3.5, 44.5),
    League.NCAAF: (10.0, 55.0),
    League.NBA: (4.0, 218.0),
    League.NCAAB: (-6.0, 141.0),
    League.MLB: (0.3, 8.8),
    League.NHL: (0.3, 5.8),
}
SEED = 20_201


def _artefact(league: League) -> Artefact:
    return read_artefact(packaged.read_artefact(f"simulation_{league}.json").decode())


def _both(league: League, worlds: int) -> tuple[Simulated, Simulated]:
    artefact, (margin, total) = _artefact(league), GAMES[league]
    game = prepare(artefact.model, Rules(2019), margin, total)
    marginals = Marginals(
        pmf(artefact.margin, [margin])[0], artefact.margin.support, pmf(artefact.total, [total])[0],
        artefact.total.support,
    )  # fmt: skip
    exactly = evaluate_exactly(artefact.model, game, marginals)
    return exactly, draw(artefact.model, game, marginals, worlds, SEED, threads=2)


def _disagreements(league: League, worlds: int) -> list[str]:
    """Name every reading further apart than four standard errors of the worlds' share.

    Where fewer than one world in all is expected the error is taken as that of one.
    """
    exactly, drawn = _both(league, worlds)
    found = []
    for market, side, line in listing(league, *GAMES[league]):
        one, other = exactly.board.chances(market, side, line), drawn.board.chances(market, side, line)
        for name in ("win", "push", "loss"):
            given, seen = getattr(one, name), getattr(other, name)
            error = np.sqrt(max(given * (1 - given), 1 / drawn.effective) / drawn.effective)
            if abs(given - seen) > 4 * error:
                found.append(f"{market.key} {side} {line} {name}: {given:.5f} exactly, {seen:.5f} of worlds")
    return found


@pytest.mark.parametrize("league", list(League))
def test_every_market_of_the_board_is_within_four_standard_errors_of_twenty_thousand_worlds(league: League) -> None:
    assert _disagreements(league, 20_000) == []


@pytest.mark.campaign
@pytest.mark.parametrize("league", list(League))
def test_every_market_of_the_board_is_within_four_standard_errors_of_a_million_worlds(league: League) -> None:
    assert _disagreements(league, 1_000_000) == []


def test_a_script_that_is_walked_otherwise_than_it_is_read_would_be_named() -> None:
    exactly, _ = _both(League.NHL, 20_000)
    artefact = _artefact(League.NHL)
    other = draw(artefact.model, prepare(artefact.model, Rules(2019), 0.6, 5.8), None, 20_000, SEED)
    apart = [
        abs(exactly.board.chances(*asked).win - other.board.chances(*asked).win)
        for asked in listing(League.NHL, *GAMES[League.NHL])
    ]
    assert max(apart) > 4 * np.sqrt(0.25 / 20_000)


@pytest.mark.parametrize("league", [League.MLB, League.NHL])
def test_both_sides_and_the_push_are_the_whole_in_either_evaluator(league: League) -> None:
    for simulated in _both(league, 20_000):
        for market, side, line in listing(league, *GAMES[league]):
            found = simulated.board.chances(market, side, line)
            assert found.win + found.push + found.loss == pytest.approx(1.0, abs=1e-9)
            if market.type is not MarketType.MONEYLINE_3WAY:
                signed = -line if line is not None and market.type is MarketType.SPREAD else line
                assert simulated.board.chances(market, opposite(side), signed).win == pytest.approx(
                    found.loss, abs=1e-9
                )
