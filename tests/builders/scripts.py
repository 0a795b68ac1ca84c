"""Scripts of made-up games: small enough to count every way they may go, or long enough to be like a real one."""

import numpy as np

from closeline.maths.simulate.script import Night, Overtime, Period
from closeline.maths.simulate.streams import stream

PLAYS = 2  # of each period of a small game
TABLES = 3


def a_game(*parts, most=26, nights=1, overtime=True, may_tie=False, largest=3):
    """Return a small random game, the same for the same parts: two periods of two plays, up to two overtime rounds.

    At `most` 26 nothing is ever cut off: no team gains more than 12 points in regulation, and ten tied rounds in which
    both score are rarer than anything that is compared.
    """
    generator = stream("a game", *parts)
    shares = generator.dirichlet(np.ones(nights))
    return tuple(
        Night(
            float(share),
            gains := a_choice_of_gains(generator, largest),
            some_chances(generator, len(gains), most),
            tuple(a_period(generator) for _ in range(2)),
            some_overtime(generator, may_tie) if overtime else Overtime(()),
        )
        for share in shares
    )


def a_choice_of_gains(generator, largest):
    gains = generator.integers(0, largest + 1, (int(generator.integers(2, 5)), 2))
    gains[0] = 0
    return gains


def some_chances(generator, outcomes, most, tables=TABLES):
    """Return chances without any order in the margin, some outcomes impossible in some tables."""
    chances = generator.random((tables, outcomes, 2 * most + 1)) + 0.05
    chances[1:, 1:] *= generator.random((tables - 1, outcomes - 1, 1)) < 0.7
    return chances / chances.sum(axis=1, keepdims=True)


def a_period(generator, plays=PLAYS):
    return Period(generator.integers(0, TABLES, plays), generator.dirichlet(np.ones(plays)))


def some_overtime(generator, may_tie):
    """Return one or two rounds, of which few end tied with points for both."""
    rounds = []
    for _ in range(int(generator.integers(1, 3))):
        chances = generator.random((3, 3))
        chances[np.arange(1, 3), np.arange(1, 3)] *= 0.1
        rounds.append(chances / chances.sum())
    return Overtime(tuple(rounds), may_tie=may_tie)


def a_long_game(most=70, plays=12, may_tie=False):
    """Return a game of three periods of teams in turn, whose leads shrink by themselves, with two kinds of night."""
    gains = np.array([(0, 0), (1, 0), (2, 0), (3, 0), (0, 1), (0, 2), (0, 3)])
    margins = np.clip(np.arange(-most, most + 1), -20, 20)
    periods = tuple(
        Period(np.tile([0, 1], plays), np.repeat([0.25, 0.0], [4, 2 * plays - 4])) for _ in range(3)
    )  # fmt: skip
    rounds = (np.array([[0.1, 0.2, 0.1], [0.25, 0.05, 0.05], [0.1, 0.1, 0.05]]),)
    return tuple(
        Night(weight, gains, _in_turn(margins, level), periods, Overtime(rounds, may_tie=may_tie))
        for weight, level in ((0.6, 0.1), (0.4, -0.2))
    )


def _in_turn(margins, level):
    chances = np.zeros((2, 7, margins.size))
    for table, (first, sign) in enumerate(((1, 1.0), (4, -1.0))):
        weights = np.array([0.5, 0.1, 0.3, 0.1])[:, None] * np.exp(
            sign * (level - 0.02 * margins) * np.arange(4)[:, None]
        )
        weights /= weights.sum(axis=0)
        chances[table, 0], chances[table, first : first + 3] = weights[0], weights[1:]
    return chances


def some_weights(most, *parts):
    """Return weights of final scores between a half and one and a half."""
    return stream("weights", *parts).random((most + 1, most + 1)) + 0.5
