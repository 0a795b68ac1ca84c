"""The questions of a slate: which markets are to be priced, at which line, and what the market itself says."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from closeline.domain.digits import of_formula
from closeline.domain.markets import GAME_MARKETS, MONEYLINE, PLAYER_TYPES, SPREAD, Market, MarketType, market
from closeline.flow.forecast.knowledge import Knowledge
from closeline.maths.distributions import Side, no_push, price_across
from closeline.store.evaluations import Evaluation
from closeline.store.forecasts import DERIVED, QUOTED, SUSPECT
from closeline.store.past import closes

REFERENCE_BOOKS = ("pinnacle", "circa", "betonlineag", "archive")


@dataclass(frozen=True, slots=True)
class Question:
    """One market of one game to be priced: the line, and what the market itself says of it."""

    game: int
    market: Market
    line_quarters: int | None
    book: str
    snapshot_id: str | None
    basis: str
    q_market: float | None


def questions_of(known: Knowledge) -> list[Question]:
    """Return what is asked of a slate: every quoted two-sided market, and who wins where nobody quotes it."""
    turned = _misdirected(known)
    return [question for game in range(len(known.games)) for question in _of_game(known, game, turned)]


def _misdirected(known: Knowledge) -> bool:
    """Say whether the sheet's spreads run against the ratings: then no price of its margins is the market's word."""
    priced = [
        {asked.key: item for asked in GAME_MARKETS if (item := reference(markets, asked)) is not None}
        for markets in known.markets
    ]
    return closes.misdirected(closes.margin_means(known.league, known.margin, priced), known.rated.margin_mean)


def _of_game(known: Knowledge, game: int, turned: bool) -> list[Question]:  # noqa: FBT001 -- of the sheet, said once
    # Players' lines are forecast by their own models (`forecast.props`).
    asked = {of for item in known.markets[game] if (of := market(item.market_key)).type not in PLAYER_TYPES}
    others = sorted(asked - set(GAME_MARKETS), key=lambda item: item.key)
    found = {item: reference(known.markets[game], item) for item in (*GAME_MARKETS, *others)}
    quoted = [
        Question(
            game, of, item.line_quarters, item.book, item.snapshot_id,
            SUSPECT if not item.is_reference or (turned and of.type is not MarketType.TOTAL) else QUOTED,
            item.fair_probability,
        )
        for of, item in found.items()
        if item is not None
    ]  # fmt: skip
    if found[MONEYLINE] is None:
        quoted.append(_derived(known, game, None if turned else found[SPREAD]))
    return quoted


def _derived(known: Knowledge, game: int, spread: Evaluation | None) -> Question:
    """Ask who wins where no moneyline is quoted: the spread's own word for it, model only, never published."""
    q_market = None
    if spread is not None and spread.is_reference and spread.line_quarters is not None:
        lines = np.array([spread.line_quarters / 4])
        fair = np.array([spread.fair_probability])
        q_market = of_formula(float(no_push(price_across(known.margin, lines, fair, np.zeros(1), Side.HOME))[0]))
    return Question(game, MONEYLINE, None, spread.book if spread else "", None, DERIVED, q_market)


def reference(markets: Sequence[Evaluation], asked: Market) -> Evaluation | None:
    """Return what a desk goes by of a market that several books show: the first reference book, else by name."""
    found = {
        item.book: item for item in markets if item.market_key == asked.key and item.flags in ("", closes.INCONSISTENT)
    }
    order = [book for book in REFERENCE_BOOKS if book in found] or sorted(found)
    return found[order[0]] if order else None
