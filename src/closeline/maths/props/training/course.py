"""The course of a training: an outline, the folds, the newest window; then variances scaled and everything reported."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from closeline.domain.errors import BadInput
from closeline.domain.ids import sha256_hex
from closeline.maths.props.scores import choose_family
from closeline.maths.props.training import sanity
from closeline.maths.props.training.boosting import library_version, planted
from closeline.maths.props.training.ensemble import TrainedModel
from closeline.maths.props.training.folds import Fold, forward_chained, newest, outline
from closeline.maths.props.training.growing import Grown, Pair, WindowWork, grow
from closeline.maths.props.training.manifest import Data, Manifest, Member, Part
from closeline.maths.props.training.report import HeldOut, OutOfFold, judge
from closeline.maths.props.training.settings import Settings
from closeline.maths.props.training.variance import BOUNDS, fit_scale
from closeline.maths.simulate.streams import stream

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from closeline.domain.props.statistics import Statistic

    Floats = NDArray[np.float64]
    Matrix = NDArray[np.float32]

_CV_SQUARED_LEAST = 1e-4

# How works are done: in turn here, in processes by whoever has them. Results come in the order of the works.
Spread = Callable[[Callable[[WindowWork], Grown], Sequence[WindowWork]], Iterable[Grown]]
# Told after each window: how many are done, of how many, and what is being done.
Progress = Callable[[int, int, str], None]


@dataclass(frozen=True, slots=True, eq=False)
class Numbers:
    """A statistic and what was counted of it in every row, shape (n,), with its baselines' means beside it.

    regular: which rows are of players with the usual minutes, reported apart; null where nobody says.
    """

    statistic: Statistic
    y: Floats
    baselines: tuple[tuple[str, Floats], ...] = ()
    regular: NDArray[np.bool_] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class TrainedStatistic:
    """What a training gives: the manifest, the parts that it names, and the rows that the folds were judged on."""

    manifest: Manifest
    parts: dict[str, bytes]
    held_out: HeldOut

    @property
    def report(self) -> OutOfFold:
        """Return how the folds did."""
        return self.manifest.report

    @property
    def model(self) -> TrainedModel:
        """Return the model, ready to be asked."""
        return TrainedModel(self.manifest, self.parts)


def in_turn(work: Callable[[WindowWork], Grown], works: Sequence[WindowWork]) -> Iterator[Grown]:
    """Do works one after another in this process."""
    return map(work, works)


def silent(done: int, total: int, what: str) -> None:
    """Tell nobody."""


def train(
    matrix: Matrix, numbers: Numbers, days: NDArray[np.int32], names: tuple[str, ...], settings: Settings, *,
    spread: Spread = in_turn, progress: Progress = silent,
) -> TrainedStatistic:  # fmt: skip
    """Train one statistic; see `train_all`."""
    return train_all(matrix, (numbers,), days, names, settings, spread=spread, progress=progress)[0]


def train_all(
    matrix: Matrix, numbers: Sequence[Numbers], days: NDArray[np.int32], names: tuple[str, ...], settings: Settings, *,
    spread: Spread = in_turn, progress: Progress = silent,
) -> tuple[TrainedStatistic, ...]:  # fmt: skip
    """Train statistics on the same rows, whose bins are built once for each window.

    matrix: float32 (n, features), C order, NaN where null; days: (n,), not decreasing, since 1970-01-01. The same
    arguments give the same bytes, however the works are spread. Raises BadInput for too few days, labels that are no
    counts, or names that are not one for each column.
    """
    given = _Given(matrix, tuple(numbers), days, names, settings)
    given.check()
    folds = forward_chained(
        days, folds=settings.folds, window_years=settings.window_years, validate_days=settings.validate_days,
        embargo_days=settings.embargo_days,
    )  # fmt: skip
    blocks = outline(
        days, folds[0].train.start, window_years=settings.window_years, block_days=settings.outline_days,
        embargo_days=settings.embargo_days,
    )  # fmt: skip
    return _Course(given, folds, blocks, _Teller(progress, len(blocks) + len(folds) + 1), spread).run()


@dataclass(frozen=True, slots=True, eq=False)
class _Given:
    matrix: Matrix
    numbers: tuple[Numbers, ...]
    days: NDArray[np.int32]
    names: tuple[str, ...]
    settings: Settings

    @property
    def labels(self) -> Floats:
        return np.array([item.y for item in self.numbers])

    @property
    def rising(self) -> tuple[tuple[int, ...], ...]:
        if not self.settings.monotone:
            return ((),) * len(self.numbers)
        own = [sanity.own_averages(item.statistic, self.names) for item in self.numbers]
        return tuple(tuple(map(self.names.index, each)) for each in own)

    def check(self) -> None:
        rows = len(self.days)
        if self.matrix.shape != (rows, len(self.names)) or self.matrix.dtype != np.float32:
            message = f"features must be float32 of shape {(rows, len(self.names))}"
            raise BadInput(f"{message}, were {self.matrix.dtype} of {self.matrix.shape}")
        for item in self.numbers:
            if item.y.shape != (rows,) or not ((item.y >= 0.0) & (np.rint(item.y) == item.y)).all():
                raise BadInput(f"{item.statistic} must be a count of every row, 0, 1, 2, ...; one was not")


class _Teller:
    """Counts windows as they are done, and says so."""

    def __init__(self, progress: Progress, total: int) -> None:
        self._progress, self._total, self._done = progress, total, 0

    def told(self, what: str, results: Iterable[Grown]) -> Iterator[Grown]:
        for result in results:
            self._done += 1
            self._progress(self._done, self._total, what)
            yield result


@dataclass(frozen=True, slots=True, eq=False)
class _Course:
    given: _Given
    folds: tuple[Fold, ...]
    blocks: tuple[Fold, ...]
    teller: _Teller
    spread: Spread

    def run(self) -> tuple[TrainedStatistic, ...]:
        foreseen = np.full(self.given.labels.shape, np.nan)
        self._foresee(foreseen, self.blocks, self._grown("outline", self.blocks, None))
        judged = list(self._grown("folds", self.folds, foreseen))
        # What the folds foresaw is fresher than the outline: the newest window learns its variance from that.
        self._foresee(foreseen, self.folds, judged)
        last = newest(self.given.days, window_years=self.given.settings.window_years)
        final = next(iter(self._grown("newest window", (Fold(last, slice(0, 0)),), foreseen)))
        data = self._data()
        return tuple(self._trained(place, judged, final.pairs[place], data) for place in range(len(foreseen)))

    def _grown(self, what: str, folds: tuple[Fold, ...], foreseen: Floats | None) -> Iterator[Grown]:
        given = self.given
        works = [
            WindowWork(
                given.settings, given.matrix[fold.train], given.labels[:, fold.train],
                None if foreseen is None else foreseen[:, fold.train], given.matrix[fold.validate], given.rising,
            )
            for fold in folds
        ]  # fmt: skip
        return self.teller.told(what, self.spread(grow, works))

    @staticmethod
    def _foresee(foreseen: Floats, folds: tuple[Fold, ...], grown: Iterable[Grown]) -> None:
        for fold, result in zip(folds, grown, strict=True):
            foreseen[:, fold.validate] = result.means

    def _trained(self, place: int, judged: list[Grown], final: Pair, data: Data) -> TrainedStatistic:
        given, numbers = self.given, self.given.numbers[place]
        raw = self._held_out(place, judged)
        held = replace(raw, variance=_scaled_so_far(raw))
        scale = fit_scale(raw.y, raw.mean, raw.variance)
        family = choose_family(held.mean, held.variance, held.y)
        draws = stream("props", numbers.statistic, given.settings.seed).random(len(held))
        usual = None if numbers.regular is None else numbers.regular[held.rows]
        report = judge(family, held, self._baselines(numbers, held), draws, usual)
        members, parts = _members([final, *(item.pairs[place] for item in judged[::-1])][: given.settings.members])
        trees = planted(given.settings.library, final.mean)
        newest_rows = given.matrix[newest(given.days, window_years=given.settings.window_years)]
        manifest = Manifest(
            numbers.statistic, family, scale, BOUNDS, given.names, given.settings,
            ((given.settings.library.value, library_version(given.settings.library)), ("numpy", np.__version__)),
            replace(data, sha256=sha256_hex(data.sha256.encode() + numbers.y.tobytes())),
            members, tuple(Part(name, sha256_hex(content), len(content)) for name, content in sorted(parts.items())),
            sanity.gains(trees, given.names),
            sanity.rise(trees, newest_rows, given.names, sanity.own_averages(numbers.statistic, given.names)), report,
        )  # fmt: skip
        return TrainedStatistic(manifest, parts, held)

    def _held_out(self, place: int, judged: list[Grown]) -> HeldOut:
        rows = np.concatenate([np.arange(fold.validate.start, fold.validate.stop) for fold in self.folds])
        number = np.repeat(np.arange(len(self.folds), dtype=np.int16), [len(item.means[place]) for item in judged])
        mean = np.concatenate([item.means[place] for item in judged])
        variance = np.concatenate([item.variances[place] for item in judged])
        return HeldOut(rows, self.given.days[rows], number, self.given.numbers[place].y[rows], mean, variance)

    def _baselines(self, numbers: Numbers, held: HeldOut) -> tuple[tuple[str, HeldOut], ...]:
        return tuple((name, self._baseline(numbers.y, means, held)) for name, means in numbers.baselines)

    def _baseline(self, y: Floats, means: Floats, held: HeldOut) -> HeldOut:
        """Give the baseline one coefficient of variation, fitted on what came before the first fold was judged."""
        before = self.folds[0].train
        cv_squared = float(((y[before] - means[before]) ** 2).sum() / (means[before] ** 2).sum())
        # Where all were alike before, a distribution still needs a width.
        cv_squared = max(cv_squared, _CV_SQUARED_LEAST)
        mean = means[held.rows]
        return replace(held, mean=mean, variance=cv_squared * mean**2)

    def _data(self) -> Data:
        given = self.given
        start = min(fold.train.start for fold in self.blocks + self.folds)
        digest = hashlib.sha256(np.ascontiguousarray(given.matrix[start:]).data)
        digest.update(given.days[start:].tobytes())
        return Data(len(given.days) - start, int(given.days[start]), int(given.days[-1]), digest.hexdigest())


def _members(pairs: Sequence[Pair]) -> tuple[tuple[Member, ...], dict[str, bytes]]:
    """Return members and their parts, the newest window first, each weighing half of the one before it."""
    members = tuple(
        Member(0.5**age, f"window{age}.mean", f"window{age}.variance", pair.curve) for age, pair in enumerate(pairs)
    )
    parts: dict[str, bytes] = {}
    for member, pair in zip(members, pairs, strict=True):
        parts |= {member.mean: pair.mean, member.variance: pair.variance}
    return members, parts


def _scaled_so_far(held: HeldOut) -> Floats:
    """Return variances scaled by what the folds before each one came to: out of time, as the report promises."""
    scaled = np.empty(len(held))
    for number in np.unique(held.fold).tolist():
        now, past = held.fold == number, held.fold < number
        scale = fit_scale(held.y[past], held.mean[past], held.variance[past]) if past.any() else 1.0
        scaled[now] = BOUNDS.apply(held.mean[now], scale * held.variance[now])
    return scaled
