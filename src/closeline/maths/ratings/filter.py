"""The rating filter of one league.

Margin and total tracks on one clock, with rest counted from the games learned.
"""

from __future__ import annotations

import hashlib
import io
import json
from typing import TYPE_CHECKING

import numpy as np

from closeline.maths.ratings.slates import RatingForecast, Slate
from closeline.maths.ratings.states import Kind, Rest
from closeline.maths.ratings.track import Track

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from closeline.maths.ratings.parameters import RatingParameters, RestParameters

    Floats = NDArray[np.float64]

TRACKS = ("margin", "total")


class RatingFilter:
    """Predict a whole slate, then learn it: results and closing means, never the other way round.

    Equal sequences of calls give equal bits. With no closing lines it runs on results alone; `closes_seen`
    says so. `closes_refused` counts closes (margin and total apart) too far from their forecast to be
    believed.
    """

    def __init__(self, parameters: RatingParameters) -> None:
        """Start without teams and without a date."""
        self.parameters = parameters
        self.day: int | None = None
        self.season: int | None = None
        self.closes_seen = 0
        self.closes_refused = 0
        self._learned: int | None = None
        self._last_game: dict[str, int] = {}
        self._tracks = {"margin": Track(parameters.margin, -1.0), "total": Track(parameters.total, 1.0)}

    @property
    def teams(self) -> tuple[str, ...]:
        """The teams learned so far, in the order of their first game."""
        return tuple(self._last_game)

    def advance(self, day: int, season: int) -> None:
        """Let the states drift to `day`; a later season pulls them toward their priors instead.

        ValueError when day or season would go backwards.
        """
        if self.day is not None and self.season is not None:
            if day < self.day or season < self.season:
                raise ValueError(f"day, season must not go back from {self.day}, {self.season}, was {day}, {season}")
            for track in self._tracks.values():
                for later in range(self.season + 1, season + 1):
                    track.new_season(later)
                if season == self.season and day > self.day:
                    track.drift(day - self.day)
        self.day, self.season = day, season

    def predict(self, slate: Slate) -> RatingForecast:
        """Return means and their deviations for every game; the state is left as it was.

        ValueError when games of the slate's day, or of a later day, have been learned: that forecast would
        leak.
        """
        if self._learned is not None and slate.day <= self._learned:
            raise ValueError(f"day must be later than the last day learned, {self._learned}, was {slate.day}")
        tracks = self._tracks if (slate.day, slate.season) == (self.day, self.season) else self._ahead(slate)
        margin, margin_sd = tracks["margin"].predict(slate, self._rest(slate, self.parameters.margin.rest))
        total, total_sd = tracks["total"].predict(slate, self._rest(slate, self.parameters.total.rest))
        return RatingForecast(margin, margin_sd, total, total_sd)

    def learn(
        self,
        slate: Slate,
        margins: Floats,
        totals: Floats,
        close_margins: Floats | None = None,
        close_totals: Floats | None = None,
    ) -> None:
        """Learn a day's games after they were played; every array is (games,), NaN where unknown.

        `close_*` are the means that the closing lines imply. A slate of an earlier day (a late result) is
        learned with the strengths of now.
        """
        closes = {"margin": _column(close_margins, slate), "total": _column(close_totals, slate)}
        results = {"margin": _column(margins, slate), "total": _column(totals, slate)}
        if self.day is None or slate.day >= self.day:
            self.advance(slate.day, slate.season)
        for name, track in self._tracks.items():
            rest = self._rest(slate, track.parameters.rest)
            self.closes_refused += track.learn(slate, rest, results[name], closes[name])
        self.closes_seen += int((np.isfinite(closes["margin"]) | np.isfinite(closes["total"])).sum())
        self._learned = slate.day if self._learned is None else max(self._learned, slate.day)
        for team in (*slate.home, *slate.away):
            self._last_game[team] = max(slate.day, self._last_game.get(team, slate.day))

    def strength(self, team: str) -> tuple[float, float]:
        """Return a team's margin strength (points against an average team) and its deviation.

        KeyError if unknown.
        """
        track = self._tracks["margin"]
        row = track.place[f"{Kind.TEAM.value}:{team}"]
        return float(track.mean[row]), float(np.sqrt(track.cov[row, row]))

    def state_hash(self) -> str:
        """Return the SHA-256 of clock, names, means and covariances: equal states, equal hash."""
        digest = hashlib.sha256(self.parameters.to_json().encode())
        for name, array in self._arrays().items():
            digest.update(f"{name}:{array.dtype.str}:{array.shape}".encode())
            digest.update(array.tobytes())
        return digest.hexdigest()

    def to_bytes(self) -> bytes:
        """Return the state as npz bytes, exact: `from_bytes` gives the same `state_hash`."""
        buffer = io.BytesIO()
        np.savez(buffer, allow_pickle=False, **self._arrays())
        return buffer.getvalue()

    @classmethod
    def from_bytes(cls, parameters: RatingParameters, data: bytes) -> RatingFilter:
        """Read a state back; ValueError when it belongs to other parameters."""
        with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
            facts = json.loads(arrays["facts"].tobytes().decode())
            if facts["parameters"] != parameters.version():
                raise ValueError(f"parameters must be {facts['parameters']}, were {parameters.version()}")
            state = cls(parameters)
            state.day, state.season, state._learned = facts["day"], facts["season"], facts["learned"]
            state.closes_seen, state.closes_refused = facts["closes_seen"], facts["closes_refused"]
            state._last_game = dict(facts["last_game"])
            for name, track in state._tracks.items():
                track.restore(facts[name], arrays[f"{name}_mean"], arrays[f"{name}_cov"])
                track.first_season = facts["first_season"]
        return state

    def _arrays(self) -> dict[str, NDArray[np.generic]]:
        facts = {
            "parameters": self.parameters.version(),
            "day": self.day,
            "season": self.season,
            "learned": self._learned,
            "first_season": self._tracks["margin"].first_season,
            "closes_seen": self.closes_seen,
            "closes_refused": self.closes_refused,
            "last_game": list(self._last_game.items()),
            **{name: track.facts() for name, track in self._tracks.items()},
        }
        text = json.dumps(facts, sort_keys=True, separators=(",", ":"))
        arrays: dict[str, NDArray[np.generic]] = {"facts": np.frombuffer(text.encode(), dtype=np.uint8)}
        for name, track in self._tracks.items():
            arrays[f"{name}_mean"] = track.mean[: track.size]
            arrays[f"{name}_cov"] = np.ascontiguousarray(track.cov[: track.size, : track.size])
        return arrays

    def _ahead(self, slate: Slate) -> dict[str, Track]:
        twin = RatingFilter(self.parameters)
        twin.day, twin.season = self.day, self.season
        twin._tracks = {name: track.copy() for name, track in self._tracks.items()}
        twin.advance(slate.day, slate.season)
        return twin._tracks

    def _rest(self, slate: Slate, rule: RestParameters | None) -> Rest:
        nothing = np.zeros(slate.games)
        if rule is None:
            return Rest(nothing, nothing, nothing, nothing)
        home, away = (self._gaps(teams, slate.day) for teams in (slate.home, slate.away))
        return Rest(
            *((gaps <= rule.short).astype(np.float64) for gaps in (home, away)),
            *(((gaps >= rule.long) & (gaps <= rule.longest)).astype(np.float64) for gaps in (home, away)),
        )

    def _gaps(self, teams: tuple[str, ...], day: int) -> Floats:
        """Return days since each team's last game, infinite for a first game."""
        never = np.inf
        return np.asarray([day - self._last_game[team] if team in self._last_game else never for team in teams])


def _column(values: Floats | None, slate: Slate) -> Floats:
    if values is None:
        return np.full(slate.games, np.nan)
    column = np.asarray(values, dtype=np.float64)
    if column.shape != (slate.games,):
        raise ValueError(f"results and closes must have shape ({slate.games},), had {column.shape}")
    return column
