"""Periods, compiled: the joint distribution of the score carried through plays, and expectations carried back.

Every loop runs in a fixed order and without fast-math, so equal scripts give equal bits on one platform.

Inside a period the mass stands on a sheet: a row per home score, a place per away score, and a border without mass, so
that rows can be added up in blocks that fill the processor's widest registers. Sheets are flat and read by offsets
without a sign, because rows are short: cutting slices out of them costs more than the work on them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]

EMPTY = 1e-18  # scores with less mass than this are dropped from the ends of a row
WIDE = 16  # places that are worked on together
GROUP = 4  # outcomes that are added up together


@njit(cache=True, nogil=True)
def _places(most: int, reach: int) -> int:
    """Return how many places a row of a sheet has: what a play reaches before it, the scores, a block after them."""
    return reach + most + 1 + WIDE


@njit(cache=True, nogil=True)
def _width(most: int, reach: int) -> int:
    """Return how many chances an outcome has on a sheet of chances: every margin, and as far as rows are read."""
    return 2 * (most + reach + WIDE) + 1


@njit(cache=True, nogil=True)
def _no_bands(rows: int) -> Integers:
    """Return bands, first and last place with mass by row and then first and last row, of a sheet without any."""
    bands = np.empty((rows + 1, 2), np.int64)
    bands[:, 0], bands[:, 1] = rows, -1
    return bands


@njit(cache=True, nogil=True)
def _widen(bands: Integers, row: int, left: int, right: int) -> None:
    """Make room in the bands for mass in a row, from left to right."""
    rows = bands.shape[0] - 1
    bands[row, 0], bands[row, 1] = min(bands[row, 0], left), max(bands[row, 1], right)
    bands[rows, 0], bands[rows, 1] = min(bands[rows, 0], row), max(bands[rows, 1], row)


@njit(cache=True, nogil=True)
def _bands(mass: Floats) -> Integers:
    """Return the bands of mass by (home, away)."""
    rows = mass.shape[0]
    bands = _no_bands(rows)
    for row in range(rows):
        for place in range(rows):
            if mass[row, place] > 0.0:
                _widen(bands, row, place, place)
    return bands


@njit(cache=True, nogil=True)
def _write(deficit: Floats, count: int, origin: int, most: int, reach: int, chances: Floats) -> int:
    """Write a table's chances to their sheet, whose border stays 0; returns how many outcomes that is, in groups."""
    width, border = _width(most, reach), reach + WIDE
    outcomes = (count + GROUP - 1) // GROUP * GROUP
    for outcome in range(outcomes):
        begin = outcome * width + border
        if outcome < count:
            chances[begin : begin + 2 * most + 1] = deficit[outcome, origin - most : origin + most + 1]
        else:
            chances[begin : begin + 2 * most + 1] = 0.0
    return outcomes


@njit(cache=True, nogil=True)
def _aim(
    gains: Integers, count: int, way: int, most: int, reach: int, steps: Integers, turns: Integers
) -> tuple[int, int]:
    """Fill where outcomes lie from a score, on the sheet of mass and on that of chances; returns the largest gains.

    way: -1 to look back at the scores that lead to one (their margin is another), 1 to look ahead (it is this one).
    """
    home_most, away_most = 0, 0
    for outcome in range(steps.shape[0]):
        home, away = (gains[outcome, 0], gains[outcome, 1]) if outcome < count else (0, 0)
        steps[outcome] = way * (home * _places(most, reach) + away)
        turns[outcome] = outcome * _width(most, reach) + (home - away if way < 0 else 0)
        home_most, away_most = max(home_most, home), max(away_most, away)
    return home_most, away_most


@njit(cache=True, nogil=True)
def _add_up(
    into: Floats, target: int, size: int, mass: Floats, steps: Integers, chances: Floats, at: int, turns: Integers,
    outcomes: int,
) -> None:  # fmt: skip
    """Set `size` places from `target` on to the sum of what every outcome brings there; both numbers in blocks."""
    to = np.uint64(target)
    for outcome in range(0, outcomes, GROUP):
        a, b = np.uint64(target + steps[outcome]), np.uint64(target + steps[outcome + 1])
        c, d = np.uint64(target + steps[outcome + 2]), np.uint64(target + steps[outcome + 3])
        p, q = np.uint64(at + turns[outcome]), np.uint64(at + turns[outcome + 1])
        r, s = np.uint64(at + turns[outcome + 2]), np.uint64(at + turns[outcome + 3])
        if outcome == 0:
            for place in range(size):
                i = np.uint64(place)
                into[to + i] = (
                    mass[a + i] * chances[p + i]
                    + mass[b + i] * chances[q + i]
                    + mass[c + i] * chances[r + i]
                    + mass[d + i] * chances[s + i]
                )
        else:
            for place in range(size):
                i = np.uint64(place)
                into[to + i] += (
                    mass[a + i] * chances[p + i]
                    + mass[b + i] * chances[q + i]
                    + mass[c + i] * chances[r + i]
                    + mass[d + i] * chances[s + i]
                )


@njit(cache=True, nogil=True)
def _clear(sheet: Floats, begin: int, old_left: int, old_right: int, left: int, end: int) -> None:
    """Zero what an older row had from old_left to old_right, apart from the places from left up to end."""
    for place in range(begin + old_left, begin + min(left, old_right + 1)):
        sheet[place] = 0.0
    for place in range(begin + max(end, old_left), begin + old_right + 1):
        sheet[place] = 0.0


@njit(cache=True, nogil=True)
def _play(
    mass: Floats, into: Floats, bands: Integers, bands_into: Integers, chances: Floats, steps: Integers,
    turns: Integers, outcomes: int, home_most: int, away_most: int, most: int, reach: int,
) -> None:  # fmt: skip
    """Carry mass through one play, what goes beyond `most` left out; `into` may hold an older one, in its bands."""
    rows, places = most + 1, _places(most, reach)
    first = min(bands[rows, 0], bands_into[rows, 0])
    last = min(most, max(bands[rows, 1] + home_most, bands_into[rows, 1]))
    bands_into[rows, 0], bands_into[rows, 1] = rows, -1
    for row in range(first, last + 1):
        left, right = rows, -1
        for source in range(max(0, row - home_most), row + 1):
            left, right = min(left, bands[source, 0]), max(right, bands[source, 1] + away_most)
        right = min(right, most)
        begin, end = (row + reach) * places + reach, left
        if left <= right:
            # Whole blocks: up to `most` what they add is nothing, and from beyond it no score is ever reached.
            size = (right - left + WIDE) // WIDE * WIDE
            end = right + 1
            at = left - row + most + reach + WIDE  # where the margin of (row, left) stands
            _add_up(into, begin + left, size, mass, steps, chances, at, turns, outcomes)
        _clear(into, begin, bands_into[row, 0], bands_into[row, 1], left, end)
        while left <= right and into[begin + left] < EMPTY:
            into[begin + left] = 0.0
            left += 1
        while left <= right and into[begin + right] < EMPTY:
            into[begin + right] = 0.0
            right -= 1
        bands_into[row, 0], bands_into[row, 1] = rows, -1
        if left <= right:
            _widen(bands_into, row, left, right)


@njit(cache=True, nogil=True)
def _cut_off(
    mass: Floats, into: Floats, bands: Integers, bands_into: Integers, chances: Floats, gains: Integers,
    count: int, home_most: int, away_most: int, most: int, reach: int,
) -> None:  # fmt: skip
    """Add what a play brings beyond `most` to the scores at `most`."""
    rows, places, width = most + 1, _places(most, reach), _width(most, reach)
    for row in range(bands[rows, 0], bands[rows, 1] + 1):
        if row + home_most <= most and bands[row, 1] + away_most <= most:
            continue
        for outcome in range(count):
            home, more, left, right = row + gains[outcome, 0], gains[outcome, 1], bands[row, 0], bands[row, 1]
            inside = min(right, most - more)
            if home <= most:
                left = max(left, inside + 1)
            if left > right:
                continue
            home = min(most, home)
            begin, to = (row + reach) * places + reach, (home + reach) * places + reach
            at = outcome * width - row + most + reach + WIDE
            for place in range(left, inside + 1):
                into[np.uint64(to + more + place)] += mass[np.uint64(begin + place)] * chances[np.uint64(at + place)]
            for place in range(max(left, inside + 1), right + 1):
                into[to + most] += mass[np.uint64(begin + place)] * chances[np.uint64(at + place)]
            _widen(bands_into, home, min(most, left + more), min(most, right + more))


@njit(cache=True, nogil=True)
def _begin(mass: Floats, whole: Floats, share: float, bands: Integers, whole_bands: Integers, reach: int) -> None:
    """Add a share of the whole mass, flat by (home, away), where a period may begin."""
    rows = bands.shape[0] - 1
    places = _places(rows - 1, reach)
    for row in range(whole_bands[rows, 0], whole_bands[rows, 1] + 1):
        left, right = whole_bands[row, 0], whole_bands[row, 1]
        to, at = np.uint64((row + reach) * places + reach + left), np.uint64(row * rows + left)
        for place in range(right - left + 1):
            i = np.uint64(place)
            mass[to + i] += share * whole[at + i]
        if left <= right:
            _widen(bands, row, left, right)


@njit(cache=True, nogil=True)
def through_period(
    mass: Floats, deficit: Floats, gains: Integers, counts: Integers, plays: Integers, starts: Floats, origin: int
) -> Floats:
    """Return the joint distribution, shape (most + 1, most + 1), after a period that begins with `mass`.

    deficit: chances by falling margin, shape (tables, outcomes, margins), margin 0 at `origin`; gains has shape
    (tables, outcomes, 2); counts says how many of a table's outcomes are possible at all.
    """
    most, reach, room = mass.shape[0] - 1, gains.max(), gains.shape[1] + GROUP - 1
    chances, whole = np.zeros(room * _width(most, reach)), mass.ravel()
    steps, turns = np.zeros(room, np.int64), np.zeros(room, np.int64)
    whole_bands, bands, bands_after = _bands(mass), _no_bands(most + 1), _no_bands(most + 1)
    sheets = np.zeros((2, (most + 1 + reach) * _places(most, reach)))
    before, after = sheets[0], sheets[1]
    written, outcomes, home_most, away_most = -1, 0, 0, 0
    for slot in range(plays.shape[0]):
        if starts[slot] > 0.0:
            _begin(before, whole, starts[slot], bands, whole_bands, reach)
        table, count = plays[slot], counts[plays[slot]]
        if table != written:
            outcomes = _write(deficit[table], count, origin, most, reach, chances)
            home_most, away_most = _aim(gains[table], count, -1, most, reach, steps, turns)
            written = table
        _play(before, after, bands, bands_after, chances, steps, turns, outcomes, home_most, away_most, most, reach)
        _cut_off(before, after, bands, bands_after, chances, gains[table], count, home_most, away_most, most, reach)
        before, after = after, before
        bands, bands_after = bands_after, bands
    return _scores(before, most, reach)


@njit(cache=True, nogil=True)
def _scores(sheet: Floats, most: int, reach: int) -> Floats:
    """Return what stands on a sheet by (home, away)."""
    found = np.empty((most + 1, most + 1))
    for home in range(most + 1):
        begin = (home + reach) * _places(most, reach) + reach
        found[home] = sheet[begin : begin + most + 1]
    return found


@njit(cache=True, nogil=True)
def _overhang(sheet: Floats, most: int, reach: int) -> None:
    """Give what a play may bring beyond `most` the value that it has at `most`, where it is cut off."""
    places = _places(most, reach)
    for home in range(most + 1):
        for away in range(most + 1, most + reach + 1):
            sheet[home * places + away] = sheet[home * places + most]
    for home in range(most + 1, most + reach + 1):
        for away in range(most + reach + 1):
            sheet[home * places + away] = sheet[most * places + away]


@njit(cache=True, nogil=True)
def back_through_period(
    value: Floats, deficit: Floats, gains: Integers, counts: Integers, plays: Integers, starts: Floats, origin: int
) -> Floats:
    """Return the expectation, by the score before a period, of `value` by the score after it."""
    most, reach, room = value.shape[0] - 1, gains.max(), gains.shape[1] + GROUP - 1
    places = _places(most, reach)
    chances, first = np.zeros(room * _width(most, reach)), np.zeros_like(value)
    steps, turns = np.zeros(room, np.int64), np.zeros(room, np.int64)
    # What is looked at lies ahead, so here the border is behind the scores, and the first score begins the sheet.
    sheets = np.zeros((2, (most + 1 + reach) * places))
    later, earlier = sheets[0], sheets[1]
    for home in range(most + 1):
        later[home * places : home * places + most + 1] = value[home]
    written, outcomes = -1, 0
    for slot in range(plays.shape[0] - 1, -1, -1):
        table, count = plays[slot], counts[plays[slot]]
        if table != written:
            outcomes = _write(deficit[table], count, origin, most, reach, chances)
            _aim(gains[table], count, 1, most, reach, steps, turns)
            written = table
        _overhang(later, most, reach)
        for home in range(most + 1):
            at, size = most + reach + WIDE - home, (most + WIDE) // WIDE * WIDE
            _add_up(earlier, home * places, size, later, steps, chances, at, turns, outcomes)
        later, earlier = earlier, later
        if starts[slot] > 0.0:
            for home in range(most + 1):
                for away in range(most + 1):
                    first[home, away] += starts[slot] * later[home * places + away]
    return first
