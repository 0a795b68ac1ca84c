"""A walk through a world, compiled: one number a play, one look into a table, many worlds side by side.

Random numbers are SplitMix64 (Steele, Lea and Flood, 2014) of (seed, world, draw): a world's numbers depend on its
index alone, whichever thread or batch it runs in. A play is drawn from alias tables (Walker, 1977; Vose, 1991) in whole
numbers, and nothing that a processor would have to guess depends on what is drawn.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]
    Words = NDArray[np.uint64]
    Scores = NDArray[np.int16]

TOGETHER = 512  # worlds walked side by side; what is kept of them stays next to the processor
MOST_GAINED = 255  # points of one team from one play that an entry of the tables has room for
GOLDEN = np.uint64(0x9E3779B97F4A7C15)
FIRST = np.uint64(0xBF58476D1CE4E5B9)
SECOND = np.uint64(0x94D049BB133111EB)
UNIT = 2.0**-53
SPARE = np.uint64(11)  # bits of a number that are not in its uniform
NOT_YET, CERTAIN = np.uint64(0), np.uint64(2**53)  # of a cumulative chance in whole numbers
HALF = np.uint64(32)
LOW_HALF = np.uint64(0xFFFFFFFF)
BYTE = np.uint64(8)
LOW_BYTE = np.uint64(0xFF)
SIGN = np.uint64(63)
TO_OWN = np.uint64(4)  # one borrowed bit, moved this far, is the 16 bits by which an entry's own gains are shifted


@njit(cache=True, nogil=True)
def _mix(value: np.uint64) -> np.uint64:
    value = (value ^ (value >> np.uint64(30))) * FIRST
    value = (value ^ (value >> np.uint64(27))) * SECOND
    return value ^ (value >> np.uint64(31))


@njit(cache=True, nogil=True)
def _key(seed: np.uint64, world: int) -> np.uint64:
    return _mix(_mix(seed + GOLDEN) ^ (np.uint64(world) * FIRST + SECOND))


@njit(cache=True, nogil=True)
def _uniform(key: np.uint64, draw: int) -> float:
    """Return number `draw` of a world's stream, in [0, 1)."""
    return float(_mix(key + np.uint64(draw) * GOLDEN) >> np.uint64(11)) * UNIT


@njit(cache=True, nogil=True)
def _place(below: Floats, uniform: float) -> int:
    """Return the first place whose cumulative chance is above the number drawn."""
    place = 0
    last = below.shape[0] - 1
    while place < last and uniform >= below[place]:
        place += 1
    return place


@njit(cache=True, nogil=True)
def alias_tables(chances: Floats, gains: Integers, entries: Words) -> None:
    """Fill the tables that a walk draws from, shape (tables, margins * outcomes).

    chances has shape (tables, margins, outcomes), gains (tables, outcomes, 2). An entry holds, from its highest bit
    down: below which of 2^32 numbers it stays itself, its own gains, and those of the outcome that it else gives way
    to; gains are a byte for home and one for away.
    """
    outcomes = chances.shape[2]
    keep, other = np.empty(outcomes), np.empty(outcomes, np.int64)
    small, large = np.empty(outcomes, np.int64), np.empty(outcomes, np.int64)
    for table in range(chances.shape[0]):
        for margin in range(chances.shape[1]):
            _alias(chances[table, margin], keep, other, small, large)
            for outcome in range(outcomes):
                own, alias = gains[table, outcome], gains[table, other[outcome]]
                stays = np.uint64(min(keep[outcome] * 2.0**32, 2.0**32 - 1.0))
                entries[table, margin * outcomes + outcome] = (
                    stays << HALF
                    | np.uint64(own[0]) << np.uint64(24)
                    | np.uint64(own[1]) << np.uint64(16)
                    | np.uint64(alias[0]) << BYTE
                    | np.uint64(alias[1])
                )


@njit(cache=True, nogil=True)
def _alias(chances: Floats, keep: Floats, other: Integers, small: Integers, large: Integers) -> None:
    """Fill one alias table; `small` and `large` are room to work in."""
    few, many = 0, 0
    scaled = chances * chances.shape[0]
    for outcome in range(chances.shape[0]):
        keep[outcome], other[outcome] = 1.0, outcome
        if scaled[outcome] < 1.0:
            small[few] = outcome
            few += 1
        else:
            large[many] = outcome
            many += 1
    while few > 0 and many > 0:
        few -= 1
        less, more = small[few], large[many - 1]
        keep[less], other[less] = scaled[less], more
        scaled[more] -= 1.0 - scaled[less]
        if scaled[more] < 1.0:
            many -= 1
            small[few] = more
            few += 1


@njit(cache=True, nogil=True)
def walk(
    seed: np.uint64, first: int, low: float, high: float, scores: Scores,
    entries: Words, outcomes: int, most: int, plays: Integers, starts: Words, bounds: Integers,
    rounds: Floats, wide: Integers, rounds_most: int,
) -> None:  # fmt: skip
    """Walk through the worlds whose first number falls in [low, high), filling scores (worlds, periods + 1, 2).

    entries: as alias_tables fills them; starts: cumulative within each period, of 2^53; bounds: where each period's
    plays begin, shape (periods + 1,); rounds: cumulative chances of the flattened overtime rounds, shape (rounds,
    cells), each `wide` points square, of which at most `rounds_most` are played, the last over and over. Number 0 of a
    world's stream sets up the night, then come one number a play, one a period and one an overtime round.
    """
    mine, count = _worlds_of_night(seed, first, scores.shape[0], low, high)
    keys = np.empty(count, np.uint64)
    for place in range(count):
        keys[place] = _key(seed, first + mine[place])
    for begin in range(0, count, TOGETHER):
        block = slice(begin, min(count, begin + TOGETHER))
        home, away = _regulation(keys[block], mine[block], scores, entries, outcomes, most, plays, starts, bounds)
        for place in range(home.shape[0]):
            if home[place] == away[place]:
                world = begin + place
                _overtime(
                    keys[world], scores[mine[world]], home[place], rounds, wide, rounds_most, plays.shape[0], most
                )


@njit(cache=True, nogil=True)
def _worlds_of_night(seed: np.uint64, first: int, count: int, low: float, high: float) -> tuple[Integers, int]:
    """Return the worlds whose first number falls in [low, high), by place from `first` on, and how many they are."""
    mine, uniforms, found = np.empty(count, np.int64), np.empty(count), 0
    for world in range(count):
        uniforms[world] = _uniform(_key(seed, first + world), 0)
    for world in range(count):
        mine[found] = world
        found += low <= uniforms[world] < high
    return mine, found


@njit(cache=True, nogil=True)
def _regulation(
    keys: Words, block: Integers, scores: Scores,
    entries: Words, outcomes: int, most: int, plays: Integers, starts: Words, bounds: Integers,
) -> tuple[Integers, Integers]:  # fmt: skip
    """Walk a block of worlds through regulation, play by play, and return home's and away's points.

    A play is taken in four steps, each over the whole block: all but the look into the table are plain arithmetic on
    neighbouring numbers, of which a processor does many at once.
    """
    size = block.shape[0]
    home, away, begins = np.zeros(size, np.int64), np.zeros(size, np.int64), np.zeros(size, np.int64)
    drawn, chosen = np.empty(size, np.uint64), np.empty(size, np.uint64)
    for period in range(bounds.shape[0] - 1):
        before_home, before_away = home.copy(), away.copy()
        begins[:] = bounds[period]
        if starts[bounds[period]] < CERTAIN:
            _draw(keys, np.uint64(1 + plays.shape[0] + period) * GOLDEN, drawn)
            _begin(begins, drawn, starts, bounds[period], bounds[period + 1])
        for slot in range(bounds[period], bounds[period + 1]):
            if starts[slot] > NOT_YET:
                _draw(keys, np.uint64(1 + slot) * GOLDEN, drawn)
                _choose(home, away, drawn, chosen, outcomes, most)
                _look_up(entries[plays[slot]], chosen)
                if starts[slot] < CERTAIN:
                    _hold(begins, slot, chosen)
                _gain(home, away, drawn, chosen, most)
        for place in range(size):
            scores[block[place], period, 0] = home[place] - before_home[place]
            scores[block[place], period, 1] = away[place] - before_away[place]
    return home, away


@njit(cache=True, nogil=True)
def _draw(keys: Words, step: np.uint64, drawn: Words) -> None:
    """Fill `drawn` with the same number of every world's stream."""
    for place in range(keys.shape[0]):
        drawn[place] = _mix(keys[place] + step)


@njit(cache=True, nogil=True)
def _begin(begins: Integers, drawn: Words, starts: Words, first: int, stop: int) -> None:
    """Move on which play a period begins with in every world: past all starts that the number drawn is not below."""
    for slot in range(first, stop - 1):
        if starts[slot] == CERTAIN:
            break
        for place in range(begins.shape[0]):
            begins[place] += np.int64((drawn[place] >> SPARE) >= starts[slot])


@njit(cache=True, nogil=True)
def _choose(home: Integers, away: Integers, drawn: Words, chosen: Words, outcomes: int, most: int) -> None:
    """Fill with which entry of a play's table every world looks at: a number's high half picks it at its margin."""
    choices = np.uint64(outcomes)
    for place in range(home.shape[0]):
        margin = np.uint64(home[place] - away[place] + most)
        chosen[place] = margin * choices + (((drawn[place] >> HALF) * choices) >> HALF)


@njit(cache=True, nogil=True)
def _look_up(entries: Words, chosen: Words) -> None:
    """Put entries in the place of where they stand."""
    for place in range(chosen.shape[0]):
        chosen[place] = entries[chosen[place]]


@njit(cache=True, nogil=True)
def _hold(begins: Integers, slot: int, entries: Words) -> None:
    """Put an entry without gains where the period has not begun."""
    for place in range(begins.shape[0]):
        entries[place] *= np.uint64(begins[place] <= slot)


@njit(cache=True, nogil=True)
def _gain(home: Integers, away: Integers, drawn: Words, entries: Words, most: int) -> None:
    """Add the points of a play: a number's low half picks an entry's own gains, or the others."""
    for place in range(home.shape[0]):
        stays = ((drawn[place] & LOW_HALF) - (entries[place] >> HALF)) >> SIGN
        gained = entries[place] >> (stays << TO_OWN)
        home[place] = min(most, home[place] + np.int64((gained >> BYTE) & LOW_BYTE))
        away[place] = min(most, away[place] + np.int64(gained & LOW_BYTE))


@njit(cache=True, nogil=True)
def _overtime(
    key: np.uint64, scores: Scores, tied: int, rounds: Floats, wide: Integers, rounds_most: int, plays: int, most: int
) -> None:
    """Play the overtime of one world, tied at so many points, into the last row of its scores (periods + 1, 2)."""
    periods, home, away, number = scores.shape[0] - 1, tied, tied, 0
    while home == away and number < rounds_most:
        which = min(number, rounds.shape[0] - 1)
        cell = _place(rounds[which], _uniform(key, 1 + plays + periods + number))
        home = min(most, home + cell // wide[which])
        away = min(most, away + cell % wide[which])
        number += 1
    scores[periods, 0], scores[periods, 1] = home - tied, away - tied
