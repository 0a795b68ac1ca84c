"""A sheet: what one run of a prop model says of every player of a game, as it is kept beside the run."""

import json
from dataclasses import asdict, dataclass
from math import isfinite

from closeline.domain.ids import canonical_json

KIND = "players"


@dataclass(frozen=True, slots=True)
class PlayerForecast:
    """One player's number in one game, given that he plays: mean and variance of it, and its family by name.

    plays: the chance that he does. games: how many of his games the forecast rests on. ValueError for what is no
    number.
    """

    player_id: str
    mean: float
    variance: float
    family: str
    plays: float
    games: int

    def __post_init__(self) -> None:
        """Refuse a forecast that no distribution could have."""
        if not (isfinite(self.mean) and isfinite(self.variance) and self.mean > 0 and self.variance > 0):
            raise ValueError(f"mean and variance must be above 0, were {self.mean} and {self.variance}")
        if not 0 <= self.plays <= 1 or self.games < 0:
            raise ValueError(f"plays must be a chance and games a count, were {self.plays} and {self.games}")


@dataclass(frozen=True, slots=True)
class Sheet:
    """The players of one run, in order of their ids."""

    statistic: str
    model_version: str
    players: tuple[PlayerForecast, ...]

    def of(self, player_id: str) -> PlayerForecast | None:
        """Return what was said of a player; null for one of whom nothing was."""
        return next((item for item in self.players if item.player_id == player_id), None)

    def to_json(self) -> str:
        """Write it as canonical JSON."""
        return canonical_json({"kind": KIND, **asdict(self)})

    @classmethod
    def from_json(cls, text: str) -> "Sheet":
        """Read it back; the exact inverse of `to_json`."""
        content = json.loads(text)
        players = tuple(PlayerForecast(**item) for item in content["players"])
        return cls(content["statistic"], content["model_version"], players)
