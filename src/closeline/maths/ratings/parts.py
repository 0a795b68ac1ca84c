"""The parts of a rating forecast by name: teams, home edge, rest, ground and starters, summing to its means."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from closeline.domain.forecasts.adjustments import Adjustment, AdjustmentName
from closeline.maths.ratings.states import Kind, Rest

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from closeline.maths.ratings.filter import RatingFilter
    from closeline.maths.ratings.slates import Slate
    from closeline.maths.ratings.track import Track

    Floats = NDArray[np.float64]

DECIMALS = 12
# Each part with the state that it is read from; one kind of state is one source.
SOURCES = {
    AdjustmentName.BASE_RATING: f"ratings/{Kind.TEAM}",
    AdjustmentName.HOME_EDGE: f"ratings/{Kind.LEVEL}",
    AdjustmentName.REST: "ratings/rest",
    AdjustmentName.PARK: f"ratings/{Kind.VENUE}",
    AdjustmentName.STARTER: f"ratings/{Kind.PITCHER}",
}


def parts(ratings: RatingFilter, slate: Slate) -> tuple[tuple[Adjustment, ...], ...]:
    """Return each game's parts, in points, the base rating first; they sum to the means of `ratings.predict`.

    BASE_RATING: both teams on neutral ground, rested as usual, with average starters; its total holds the league's
    level. HOME_EDGE: the league's, PARK: what this team's own ground adds to it. STARTER: the starters against
    average ones; an unknown one is average. A part that is nought in both is left out.
    ValueError when the slate's day has been learned.
    """
    ratings.predict(slate)  # refuses a day that has been learned
    tracks = ratings._ahead(slate)  # noqa: SLF001 -- the parts are the filter's own, read as it stands on that day
    rests = [ratings._rest(slate, track.parameters.rest) for track in tracks.values()]  # noqa: SLF001
    margins, totals = (_points(track, slate, rest) for track, rest in zip(tracks.values(), rests, strict=True))
    return tuple(
        tuple(
            Adjustment(name, float(margins[name][game]), float(totals[name][game]), source)
            for name, source in SOURCES.items()
            if name is AdjustmentName.BASE_RATING or margins[name][game] or totals[name][game]
        )
        for game in range(slate.games)
    )


def _points(track: Track, slate: Slate, rest: Rest) -> dict[AdjustmentName, Floats]:
    """Return the points of every part, shape (games,).

    A mean is linear in what the slate says, so taking one thing after another away leaves what each was worth.
    """
    nothing = np.zeros(slate.games)
    plain = replace(slate, home_pitcher=(), away_pitcher=())
    neutral = replace(plain, neutral=(True,) * slate.games)
    usual = Rest(nothing, nothing, nothing, nothing)
    slates = ((slate, rest), (plain, rest), (plain, usual), (neutral, usual))
    whole, averaged, rested, bare = (track.predict(asked, days)[0] for asked, days in slates)
    edge = _edge(track, slate)
    found = {
        AdjustmentName.BASE_RATING: bare,
        AdjustmentName.HOME_EDGE: edge,
        AdjustmentName.REST: averaged - rested,
        AdjustmentName.PARK: rested - bare - edge,
        AdjustmentName.STARTER: whole - averaged,
    }
    # What is left of subtracting equal numbers is no part; adding nought turns -0.0 into 0.0.
    return {name: np.round(points, DECIMALS) + 0.0 for name, points in found.items()}


def _edge(track: Track, slate: Slate) -> Floats:
    """Return the league's home edge; a total's level is no edge, it is there on neutral ground too."""
    if track.away_sign > 0.0:
        return np.zeros(slate.games)
    level = float(track.mean[track.place[f"{Kind.LEVEL}:"]])
    return level * (1.0 - np.asarray(slate.neutral, dtype=np.float64))
