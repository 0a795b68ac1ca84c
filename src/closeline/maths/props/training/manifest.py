"""Manifests: everything that a trained model is, in one text; its parts are named in it by their hashes."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from closeline.domain.errors import CorruptRecord
from closeline.domain.ids import canonical_json, content_id
from closeline.domain.props.statistics import Statistic
from closeline.maths.props.families import Family
from closeline.maths.props.training.decoding import decoded
from closeline.maths.props.training.report import OutOfFold
from closeline.maths.props.training.settings import Settings
from closeline.maths.props.training.variance import Bounds, Curve

FORMAT = "props-v1"


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of bytes of a model: a library's own format, never a pickle."""

    name: str
    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class Member:
    """One window's pair of models, by the names of their parts, and what it weighs in the mixture."""

    weight: float
    mean: str
    variance: str
    curve: Curve


@dataclass(frozen=True, slots=True)
class Data:
    """What a model was trained on: how many rows, from which to which day since 1970-01-01, and their hash."""

    rows: int
    first_day: int
    last_day: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Gain:
    """What a feature gained in all splits of the final mean model, as a share of all features' gains."""

    feature: str
    share: float


@dataclass(frozen=True, slots=True)
class Rise:
    """How the mean moves as the player's own averages of the statistic, the named features, rise together.

    fall_most: the largest fall of a prediction from one step to the next over all sampled rows, 0 where none fell.
    """

    features: tuple[str, ...]
    rows: int
    fall_most: float


@dataclass(frozen=True, slots=True)
class Manifest:
    """A trained model of one statistic. Its name, `version`, is the hash of this text and so of every part."""

    statistic: Statistic
    family: Family
    scale: float
    bounds: Bounds
    names: tuple[str, ...]
    settings: Settings
    libraries: tuple[tuple[str, str], ...]
    data: Data
    members: tuple[Member, ...]
    parts: tuple[Part, ...]
    gains: tuple[Gain, ...]
    rise: Rise
    report: OutOfFold

    @property
    def version(self) -> str:
        """Return the model's name in the record."""
        return content_id("prop-model", self.to_json())

    def to_json(self) -> str:
        """Write it as the one text that it has: what is signed."""
        return canonical_json({"format": FORMAT, **asdict(self)})

    @classmethod
    def from_json(cls, text: str) -> Manifest:
        """Read it back; the exact inverse of `to_json`. Raises CorruptRecord for a text that is none."""
        try:
            content = json.loads(text)
            # Another format has no other fields than these by chance: its name is taken off where it is this one.
            return decoded(cls, {key: value for key, value in content.items() if (key, value) != ("format", FORMAT)})
        except (KeyError, TypeError, ValueError, AttributeError) as fault:
            message = f"a manifest must be {FORMAT} as this version writes it, was not ({type(fault).__name__})"
            raise CorruptRecord(f"{message}; train again with closeline props train") from None
