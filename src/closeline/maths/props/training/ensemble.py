"""Ensembles: a trained model that can be asked, made of its manifest and its parts."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from closeline.domain.errors import BadInput, CorruptRecord
from closeline.domain.ids import sha256_hex
from closeline.maths.props.distributions import mixed
from closeline.maths.props.training.boosting import planted

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from closeline.domain.props.statistics import Statistic
    from closeline.maths.props.families import Family
    from closeline.maths.props.training.boosting import Trees
    from closeline.maths.props.training.manifest import Manifest, Member

    Floats = NDArray[np.float64]
    Matrix = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Moments:
    """Means and variances of rows, each of shape (n,), in the unit of the statistic and its square."""

    mean: Floats
    variance: Floats


@dataclass(frozen=True, eq=False)
class TrainedModel:
    """A model of one statistic, as `maths.props.model.PropModel` wants it. Its parts are read once, when first asked.

    Raises CorruptRecord where a part that the manifest names is missing or has other bytes.
    """

    manifest: Manifest
    parts: Mapping[str, bytes]

    def __post_init__(self) -> None:
        """Hold every part against its hash."""
        for part in self.manifest.parts:
            if part.name not in self.parts:
                raise CorruptRecord(f"{self._named} must have its part {part.name}, it is missing")
            if sha256_hex(self.parts[part.name]) != part.sha256:
                raise CorruptRecord(f"{self._named} must have part {part.name} as it was signed, its bytes differ")

    @cached_property
    def version(self) -> str:
        """Return its name in the record."""
        return self.manifest.version

    @property
    def statistic(self) -> Statistic:
        """Return what it forecasts."""
        return self.manifest.statistic

    @property
    def family(self) -> Family:
        """Return the distribution that its mean and variance belong to."""
        return self.manifest.family

    def predict(self, matrix: Matrix) -> Moments:
        """Return means and variances of rows, shape (n, features), the features of the manifest in order."""
        if matrix.ndim != 2 or matrix.shape[1] != len(self.manifest.names):
            message = f"rows must have the {len(self.manifest.names)} features of {self._named}"
            raise BadInput(f"{message}, were of shape {matrix.shape}; train again with closeline props train")
        pairs = zip(self.manifest.members, self._trees, strict=True)
        asked = [self._asked(member, *trees, matrix) for member, trees in pairs]
        mean, variance = asked[0] if len(asked) == 1 else self._mixed(asked)
        return Moments(mean, self.manifest.bounds.apply(mean, variance))

    def _asked(self, member: Member, means: Trees, ratios: Trees, matrix: Matrix) -> tuple[Floats, Floats]:
        mean = means.predict(matrix)
        raw = member.curve.at(mean) * ratios.predict(matrix)
        return mean, self.manifest.bounds.apply(mean, self.manifest.scale * raw)

    def _mixed(self, asked: list[tuple[Floats, Floats]]) -> tuple[Floats, Floats]:
        weights = [member.weight for member in self.manifest.members]
        return mixed([mean for mean, _ in asked], [variance for _, variance in asked], weights)

    @cached_property
    def _trees(self) -> tuple[tuple[Trees, Trees], ...]:
        library = self.manifest.settings.library
        return tuple(
            (planted(library, self.parts[member.mean]), planted(library, self.parts[member.variance]))
            for member in self.manifest.members
        )

    @property
    def _named(self) -> str:
        return f"the {self.manifest.statistic} model {self.manifest.version}"
