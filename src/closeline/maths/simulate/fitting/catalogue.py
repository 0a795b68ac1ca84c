"""The catalogue of fits: which function learns which league's sport."""

from __future__ import annotations

from typing import TYPE_CHECKING

from closeline.domain.leagues import League
from closeline.maths.simulate.fitting import baseball, basketball, football, hockey

if TYPE_CHECKING:
    from collections.abc import Callable

    from closeline.maths.simulate.fitting.played import Played
    from closeline.maths.simulate.sport import Sport

FITS: dict[League, Callable[[Played], Sport]] = {
    League.NFL: football.fit_professional,
    League.NCAAF: football.fit_college,
    League.NBA: basketball.fit,
    League.NCAAB: basketball.fit,
    League.MLB: baseball.fit,
    League.NHL: hockey.fit,
}
