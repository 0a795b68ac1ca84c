"""Ties: how numbers of players go together in one game, those of one player, of team mates, of opponents, of the total.

Everything is a correlation of normal scores: the PIT of what was counted in its forecast, through the inverse of the
normal distribution (props-v1, section 7.1). A matrix for any slip is put together from four small ones.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from closeline.domain.digits import of_fit
from closeline.domain.errors import BadInput, CorruptRecord
from closeline.domain.ids import canonical_json
from closeline.domain.props.statistics import Statistic
from closeline.maths.props.correlation import fit_correlation, nearest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]
    Codes = NDArray[np.int64]

FORM = "prop-ties-1"
# Below this many games with a known total nothing is said of how numbers go with it.
GAMES_LEAST = 30


@dataclass(frozen=True, slots=True)
class Whose:
    """A number by its player, the team that he plays for, and its statistic."""

    player_id: str
    team_id: str
    statistic: Statistic


@dataclass(frozen=True, slots=True)
class Source:
    """What ties were fitted on: versions of the models, the hash of their data, seasons, first and last day.

    Days are counted since 1970-01-01.
    """

    models: tuple[str, ...]
    data: str
    seasons: tuple[int, ...]
    first_day: int
    last_day: int


@dataclass(frozen=True, slots=True, eq=False)
class Ties:
    """Correlations by pairs of statistics, each (k, k) in their order, and with the total of the game, (k,).

    within: of one player, 1 on its diagonal; teammates, opponents: of two players. total: null where too few games had
    one. rows: player games; games: how many of those; with_total: how many had a known total.
    """

    statistics: tuple[Statistic, ...]
    within: Floats
    teammates: Floats
    opponents: Floats
    total: Floats | None
    rows: int
    games: int
    with_total: int
    source: Source = field(default_factory=lambda: Source((), "", (), 0, 0))

    def matrix(self, numbers: Sequence[Whose], *, with_total: bool) -> Floats:
        """Return the positive definite correlation of numbers, in their order, after the game's total where wanted.

        Shape (n, n), or (1 + n, 1 + n). BadInput for a statistic that was not fitted, and a total that is not known.
        """
        places = [self._place(item.statistic) for item in numbers]
        before = int(with_total)
        found = np.eye(before + len(places))
        if with_total:
            if self.total is None:
                message = f"correlation with the total must rest on {GAMES_LEAST} games, had {self.with_total}"
                raise BadInput(f"{message}; leave the legs of the game out, or import whole boxes and train again")
            found[0, 1:] = found[1:, 0] = self.total[places]
        for i, one in enumerate(numbers):
            for j, other in enumerate(numbers[:i]):
                own = self._of(one, other)[places[i], places[j]]
                found[before + i, before + j] = found[before + j, before + i] = own
        return nearest(found)

    def _place(self, statistic: Statistic) -> int:
        if statistic not in self.statistics:
            held = ", ".join(self.statistics)
            message = f"correlation must have been fitted on {statistic}, was on {held}"
            raise BadInput(f"{message}; train them together with closeline props train, or say --independent")
        return self.statistics.index(statistic)

    def _of(self, one: Whose, other: Whose) -> Floats:
        if one.player_id == other.player_id:
            return self.within
        return self.teammates if one.team_id == other.team_id else self.opponents

    def to_json(self) -> str:
        """Return the one text that the ties have, numbers as they are stored."""
        return canonical_json({
            "form": FORM, "statistics": [str(item) for item in self.statistics], "within": _told(self.within),
            "teammates": _told(self.teammates), "opponents": _told(self.opponents),
            "total": None if self.total is None else [of_fit(float(each)) for each in self.total], "rows": self.rows,
            "games": self.games, "with_total": self.with_total, "models": list(self.source.models),
            "data": self.source.data, "seasons": list(self.source.seasons), "first_day": self.source.first_day,
            "last_day": self.source.last_day,
        })  # fmt: skip

    @classmethod
    def from_json(cls, text: str) -> Ties:
        """Read ties as `to_json` wrote them; raises CorruptRecord for another form."""
        held = json.loads(text)
        if held.get("form") != FORM:
            raise CorruptRecord(f"correlation of players must have the form {FORM}, had {held.get('form')}")
        source = Source(
            tuple(held["models"]), held["data"], tuple(held["seasons"]), held["first_day"], held["last_day"]
        )  # fmt: skip
        return cls(
            tuple(map(Statistic, held["statistics"])), np.array(held["within"]), np.array(held["teammates"]),
            np.array(held["opponents"]), None if held["total"] is None else np.array(held["total"]), held["rows"],
            held["games"], held["with_total"], source,
        )  # fmt: skip


def fit_ties(
    scores: ArrayLike, statistics: Sequence[Statistic], game: ArrayLike, team: ArrayLike, surprise: ArrayLike
) -> Ties:  # fmt: skip
    """Fit ties on normal scores of player games, shape (n, k), a column for each statistic.

    game, team: codes, shape (n,); surprise: what the total of each row's game was above its mean, points, (n,), NaN
    where it is unknown. Every group is shrunk to none at all (Schaefer and Strimmer, 2005), pairs of players with
    games as the units, for pairs in one game are not independent. ValueError for scores that are not finite.
    """
    x = np.asarray(scores, dtype=np.float64)
    codes, sides = np.asarray(game, dtype=np.int64), np.asarray(team, dtype=np.int64)
    above = np.asarray(surprise, dtype=np.float64)
    if x.ndim != 2 or x.shape[1] != len(statistics) or not np.isfinite(x).all():
        raise ValueError(f"scores must be finite and of shape (rows, {len(statistics)}), had {x.shape}")
    known = np.unique(codes[np.isfinite(above)]).size
    if known >= GAMES_LEAST:
        whole = fit_correlation(np.column_stack([above, x])).matrix
        within, total = whole[1:, 1:], whole[0, 1:]
    else:
        within, total = fit_correlation(x).matrix, None
    teammates, opponents = _between(_standard(x), codes, sides)
    return Ties(tuple(statistics), within, teammates, opponents, total, len(x), np.unique(codes).size, known)


def _standard(x: Floats) -> Floats:
    sd = x.std(axis=0)
    return np.asarray((x - x.mean(axis=0)) / np.where(sd > 0.0, sd, 1.0))


def _between(z: Floats, game: Codes, team: Codes) -> tuple[Floats, Floats]:
    """Return the correlations of two players of one team, and of two players who face each other, both (k, k).

    Sums over pairs come from sums over players: of a team, all pairs less everybody with himself; of a game, all less
    those of one team.
    """
    games, of_game = np.unique(game, return_inverse=True)
    sides, of_side = np.unique(np.column_stack([game, team]), axis=0, return_inverse=True)
    of_side = of_side.ravel()
    game_of_side = np.searchsorted(games, sides[:, 0])
    size = len(games)
    own = _added(_outer(z), of_game, size)
    inside = _added(_outer(_added(z, of_side, len(sides))), game_of_side, size)
    whole = _outer(_added(z, of_game, size))
    players = np.bincount(of_side).astype(np.float64)
    each, squares = np.bincount(of_game).astype(np.float64), np.bincount(game_of_side, weights=players**2)
    return _shrunk(inside - own, squares - each), _shrunk(whole - inside, each**2 - squares)


def _shrunk(products: Floats, pairs: Floats) -> Floats:
    """Return the mean product of pairs, shrunk to 0; products: (games, k, k), pairs: (games,)."""
    count = pairs.sum()
    if count <= 0.0:
        return np.zeros(products.shape[1:])
    raw = products.sum(axis=0) / count
    noise = ((products - raw * pairs[:, None, None]) ** 2).sum(axis=0) / count**2
    signal = float((raw**2).sum())
    shrinkage = min(1.0, float(noise.sum()) / signal) if signal > 0.0 else 1.0
    return np.asarray((1.0 - shrinkage) * raw)


def _outer(x: Floats) -> Floats:
    return x[:, :, None] * x[:, None, :]


def _added(values: Floats, group: Codes, groups: int) -> Floats:
    """Return sums over rows of each group, in the order of the rows."""
    flat = values.reshape(len(values), -1)
    columns = [np.bincount(group, weights=flat[:, at], minlength=groups) for at in range(flat.shape[1])]
    return np.asarray(np.column_stack(columns).reshape(groups, *values.shape[1:]), dtype=np.float64)


def _told(matrix: Floats) -> list[list[float]]:
    return [[of_fit(float(each)) for each in row] for row in matrix]
