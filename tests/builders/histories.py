"""Synthetic histories of a market, seeded: nobody played these games, and what is true of them is known."""

from dataclasses import replace

import numpy as np

from closeline.maths.policy.walk import History, sides

FIRST_DAY = 738_000


def expit(x):
    return 1 / (1 + np.exp(-np.asarray(x)))


def a_history(seed=1, *, size=2400, beta=0.4, noise=0.06, spread=0.35, margin=0.01, per_day=8):
    """Give games whose close moves by `beta` of the model's distance, at prices with a margin on each side."""
    generator = np.random.default_rng(seed)
    market, distance = generator.normal(0, 0.3, size), generator.normal(0, spread, size)
    close = expit(market + beta * distance + generator.normal(0, noise, size))
    q_open = expit(market)
    return History(
        days=FIRST_DAY + np.arange(size) // per_day,
        model=expit(market + distance),
        q_open=q_open,
        q_close=close,
        price=1 / (q_open + margin),
        price_other=1 / (1 - q_open + margin),
        won=(generator.random(size) < close).astype(np.float64),
    )


def a_history_worth(worth, seed=1, *, beta=0.4, spread=0.35, margin=0.01, noise=0.03, **other):
    """Give games whose better side, at the edge that `beta` predicts, realises `worth(edge)` and chance."""
    history = a_history(seed, beta=beta, spread=spread, margin=margin, **other)
    edge, _ = sides(history, beta)
    value = worth(edge) + np.random.default_rng([seed, 7]).normal(0, noise, edge.size)
    canonical = history.model > history.q_open
    close = np.where(canonical, 1 / history.price + value, 1 - 1 / history.price_other - value)
    return replace(history, q_close=np.clip(close, 0.01, 0.99))


def a_history_of_idle_edges(seed=1, **other):
    """Give games that pay as predicted from an edge of a point on, and below it are worth nought but for chance."""
    return a_history_worth(lambda edge: np.where(edge >= 0.01, edge, 0.0), seed, **other)
