"""One Kalman filter with full covariance: a league's margin, or its total."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from closeline.maths.ratings.states import Design, Kind, Rest, combined, groups_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from closeline.maths.ratings.parameters import GroupParameters, TrackParameters
    from closeline.maths.ratings.slates import Slate

    Floats = NDArray[np.float64]

START = 64  # states that fit before the arrays first grow
UNSEEN_SEASONS = 1  # a pitcher who misses a whole season is forgotten and starts again from the prior
SHEET = 8  # closes that make a day's sheet, and the share of wrong ones that condemns it
SHEET_WRONG = 0.25


class Track:
    """States, means and covariance of one filter, and how they drift, grow and learn.

    `away_sign` is -1 for margins (home - away) and +1 for totals; a margin's level is the home edge and is
    absent on neutral ground, a total's level is the league's and is always there.
    """

    def __init__(self, parameters: TrackParameters, away_sign: float) -> None:
        """Start with the level and the effects of rest, and no teams."""
        self.parameters = parameters
        self.away_sign = away_sign
        self.names: list[str] = []
        self.kinds: list[Kind] = []
        self.place: dict[str, int] = {}
        self.seen: list[int] = []
        self.anchor: list[float] = []
        self.mean = np.zeros(START)
        self.cov = np.zeros((START, START))
        self.first_season: int | None = None
        self._groups = groups_of(parameters)
        for kind in (Kind.LEVEL, Kind.SHORT_REST, Kind.LONG_REST):
            if kind in self._groups:
                self.place_of(kind, "", 0)

    @property
    def size(self) -> int:
        """The number of states."""
        return len(self.names)

    def copy(self) -> Track:
        """Return an independent copy, for looking ahead."""
        twin = Track(self.parameters, self.away_sign)
        twin.names, twin.kinds, twin.place = list(self.names), list(self.kinds), dict(self.place)
        twin.seen, twin.anchor = list(self.seen), list(self.anchor)
        twin.mean, twin.cov, twin.first_season = self.mean.copy(), self.cov.copy(), self.first_season
        return twin

    def place_of(self, kind: Kind, name: str, season: int) -> int:
        """Return the state's row, adding it with its prior when it is new."""
        key = f"{kind.value}:{name}"
        if key not in self.place:
            self._add(kind, key, season)
        row = self.place[key]
        self.seen[row] = max(self.seen[row], season)
        return row

    def drift(self, days: int) -> None:
        """Add `days` of each state's daily variance."""
        size = self.size
        added = self._of_states("drift") * (self.parameters.result_variance * days)
        self.cov[np.arange(size), np.arange(size)] += added

    def new_season(self, season: int) -> None:
        """Forget pitchers who have gone, pull every state toward its prior mean and widen it."""
        self._forget(season)
        size = self.size
        kept = self._of_states("carry_over")
        anchor = np.asarray(self.anchor)
        self.mean[:size] = anchor + kept * (self.mean[:size] - anchor)
        self.cov[:size, :size] *= kept[:, None] * kept[None, :]
        self.cov[np.arange(size), np.arange(size)] += (
            self._of_states("season_variance") * self.parameters.result_variance
        )

    def predict(self, slate: Slate, rest: Rest) -> tuple[Floats, Floats]:
        """Return each game's mean and the likely miss of its closing mean (one sd), shape (games,)."""
        from closeline.maths.ratings.kernels import predict_games

        design = self._design(slate, rest, grow=False)
        means, variances = predict_games(self.mean, self.cov, design.index, design.coef)
        deviations = np.sqrt(variances + design.prior_variance) * self.parameters.sd_factor
        return means + design.prior_mean, deviations

    def learn(self, slate: Slate, rest: Rest, results: Floats, closes: Floats) -> int:
        """Learn results and closing means, shape (games,), NaN where unknown.

        Return how many closes were refused. Both observe the same sum of states, so they are learned as one,
        weighted by their precisions: the same posterior as one after the other, at half the work.
        """
        from closeline.maths.ratings.kernels import learn_games, predict_games

        if self.first_season is None:
            self.first_season = slate.season
        design = self._design(slate, rest, grow=True)
        means, variances = predict_games(self.mean, self.cov, design.index, design.coef)
        wrong = self._wrong(closes, means + design.prior_mean, variances + design.prior_variance)
        observed, variance = combined(self.parameters, results, np.where(wrong, np.nan, closes))
        observed = observed - design.prior_mean
        variance = variance + design.prior_variance
        learn_games(self.mean, self.cov, self.size, design.index, design.coef, observed, variance)
        return int(wrong.sum())

    def _wrong(self, closes: Floats, means: Floats, variances: Floats) -> NDArray[np.bool_]:
        """Return which closes lie too far from the forecast to be lines of these games."""
        if self.parameters.close_variance is None:
            return np.zeros(closes.size, dtype=np.bool_)
        # The factor brings the innovation, like every deviation of this filter, to its observed size.
        likely = np.sqrt(variances + self.parameters.close_variance) * self.parameters.sd_factor
        reach = self.parameters.close_gate * likely
        far = np.asarray(np.abs(closes - means) > reach)
        closed = int(np.isfinite(closes).sum())
        if closed >= SHEET and far.sum() >= SHEET_WRONG * closed:
            # So many are wrong at once that the day's whole sheet is, its signs turned round.
            return np.isfinite(closes)
        return far

    def facts(self) -> list[list[str | int | float]]:
        """Return name, season last seen and prior mean of every state, in the order of the rows."""
        return [list(row) for row in zip(self.names, self.seen, self.anchor, strict=True)]

    def restore(self, facts: list[list[str | int | float]], mean: Floats, cov: Floats) -> None:
        """Take back `facts` with means and covariance, replacing every state."""
        self.names = [str(name) for name, _, _ in facts]
        self.kinds = [Kind(name.partition(":")[0]) for name in self.names]
        self.seen = [int(season) for _, season, _ in facts]
        self.anchor = [float(anchor) for _, _, anchor in facts]
        self.place = {name: row for row, name in enumerate(self.names)}
        room = max(START, self.size)
        self.mean, self.cov = np.zeros(room), np.zeros((room, room))
        self.mean[: self.size], self.cov[: self.size, : self.size] = mean, cov

    def _design(self, slate: Slate, rest: Rest, *, grow: bool) -> Design:
        ground = 1.0 - np.asarray(slate.neutral, dtype=np.float64)
        sign = self.away_sign
        unknown: tuple[str | None, ...] = (None,) * slate.games
        columns: list[tuple[Kind, tuple[str | None, ...], Floats]] = [
            (Kind.LEVEL, ("",) * slate.games, ground if sign < 0.0 else np.ones(slate.games)),
            (Kind.SHORT_REST, ("",) * slate.games, rest.short_home + sign * rest.short_away),
            (Kind.LONG_REST, ("",) * slate.games, rest.long_home + sign * rest.long_away),
            (Kind.TEAM, slate.home, np.ones(slate.games)),
            (Kind.TEAM, slate.away, np.full(slate.games, sign)),
            (Kind.VENUE, slate.home, ground),
            (Kind.PITCHER, slate.home_pitcher or unknown, np.ones(slate.games)),
            (Kind.PITCHER, slate.away_pitcher or unknown, np.full(slate.games, sign)),
        ]
        used = [column for column in columns if column[0] in self._groups]
        design = Design(
            np.zeros((slate.games, len(used)), dtype=np.int64),
            np.zeros((slate.games, len(used))),
            np.zeros(slate.games),
            np.zeros(slate.games),
        )
        for position, (kind, names, coef) in enumerate(used):
            for game, name in enumerate(names):
                cell = (game, position)
                self._place_in(design, cell, kind, name, float(coef[game]), slate.season, grow=grow)
        return design

    def _place_in(
        self,
        design: Design,
        cell: tuple[int, int],
        kind: Kind,
        name: str | None,
        coef: float,
        season: int,
        *,
        grow: bool,
    ) -> None:
        if coef == 0.0:
            return
        key = f"{kind.value}:{name}"
        if name is not None and (grow or key in self.place):
            design.index[cell] = self.place_of(kind, name, season) if grow else self.place[key]
            design.coef[cell] = coef
            return
        group = self._groups[kind]
        design.prior_mean[cell[0]] += coef * self._start(kind, group, season)
        design.prior_variance[cell[0]] += coef**2 * group.prior_variance * self.parameters.result_variance

    def _start(self, kind: Kind, group: GroupParameters, season: int) -> float:
        if kind is not Kind.TEAM:
            return group.prior_mean
        # The season of the first team learned is the first season on file: its teams are no newcomers.
        first = self.first_season
        return self.parameters.newcomer_mean if first is not None and season > first else group.prior_mean

    def _add(self, kind: Kind, key: str, season: int) -> None:
        group = self._groups[kind]
        row = self.size
        if row == self.mean.size:
            self.mean = np.concatenate([self.mean, np.zeros(row)])
            wider = np.zeros((2 * row, 2 * row))
            wider[:row, :row] = self.cov
            self.cov = wider
        self.names.append(key)
        self.kinds.append(kind)
        self.place[key] = row
        self.seen.append(season)
        self.anchor.append(self._start(kind, group, season))
        self.mean[row] = self.anchor[row]
        self.cov[row, row] = group.prior_variance * self.parameters.result_variance

    def _of_states(self, name: str) -> Floats:
        of_kind = {kind: float(getattr(group, name)) for kind, group in self._groups.items()}
        return np.asarray([of_kind[kind] for kind in self.kinds])

    def _forget(self, season: int) -> None:
        """Drop pitchers not seen since before the last season.

        Leaving a state out is its exact marginal.
        """
        kept = [
            row
            for row, kind in enumerate(self.kinds)
            if kind is not Kind.PITCHER or season - self.seen[row] <= UNSEEN_SEASONS
        ]
        if len(kept) == self.size:
            return
        size = self.size
        mean, cov = self.mean[kept], self.cov[np.ix_(kept, kept)]
        self.mean[:size], self.cov[:size, :size] = 0.0, 0.0
        self.mean[: len(kept)], self.cov[: len(kept), : len(kept)] = mean, cov
        self.names = [self.names[row] for row in kept]
        self.kinds = [self.kinds[row] for row in kept]
        self.seen = [self.seen[row] for row in kept]
        self.anchor = [self.anchor[row] for row in kept]
        self.place = {name: row for row, name in enumerate(self.names)}
