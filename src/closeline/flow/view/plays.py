"""Plays: candidates whose games have ended, of the side that was judged, picked or not."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from closeline.domain.clock import instant
from closeline.domain.leagues import League
from closeline.domain.markets import GAME_MARKETS, Market
from closeline.flow.view.home_win import q_close
from closeline.maths.worth import PlayFigures, Plays, play_figures
from closeline.store.desk.objections import JudgedSide
from closeline.store.past import outcomes
from closeline.store.past.outcomes import Settled
from closeline.store.session import Session

Floats = NDArray[np.float64]
NOW = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class PlayedOut:
    """What became of candidates of whole games, found by their predictions."""

    places: dict[str, int]
    plays: Plays

    def figures(self, judged: Iterable[JudgedSide]) -> PlayFigures:
        """Return what those of some candidates came to whose games have ended, each with its own probability."""
        known = [item for item in judged if item.prediction_id in self.places]
        found = self.plays.at(np.array([self.places[item.prediction_id] for item in known], dtype=np.int64))
        return play_figures(replace(found, p_final=np.array([item.p_final for item in known], dtype=np.float64)))


def play_out(session: Session, judged: Sequence[JudgedSide], *, tenant_id: str, league: League) -> PlayedOut:
    """Return what became of candidates; periods, team totals and players are left out, for no score of theirs is read.

    A player's line that was picked has a grade of its own.
    """
    wanted = {item.prediction_id: item for item in judged}
    since = instant(min((item.as_of for item in judged), default=0))
    names: list[str] = []
    plays = []
    for of in GAME_MARKETS:
        known = outcomes.settled(
            session, tenant_id=tenant_id, league=league, market_key=of.key, since=since, as_of=NOW
        ).named(wanted)
        names += known.predictions
        plays.append(_plays(session, league, of, known, [wanted[name] for name in known.predictions]))
    return PlayedOut({name: place for place, name in enumerate(names)}, Plays.together(plays))


def _plays(session: Session, league: League, of: Market, known: Settled, judged: Sequence[JudgedSide]) -> Plays:
    other = np.array([item.side is not of.sides[0] for item in judged], dtype=bool)
    # Where nothing was quoted there was no price to pay, and so no value at it.
    payable = known.quoted | known.suspect
    return Plays(
        days=known.days,
        q_open=_of_side(known.q_market, other),
        q_close=_of_side(q_close(session, league, of, known, NOW), other),
        break_even=np.where(payable, np.array([item.break_even for item in judged], dtype=np.float64), np.nan),
        p_final=np.array([item.p_final for item in judged], dtype=np.float64),
        won=_of_side(known.won, other),
        pushed=np.isnan(known.won),
    )


def _of_side(canonical: Floats, other: NDArray[np.bool_]) -> Floats:
    return np.where(other, 1 - canonical, canonical)
