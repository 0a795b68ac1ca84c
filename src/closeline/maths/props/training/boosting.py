"""Boosting: gradient-boosted trees behind one small interface, whichever library grows them.

One thread for each model: two that fight for the same cores are far slower than one alone, so whoever has many models
to grow spreads them over processes. What is grown is bytes in the library's own open format (XGBoost: UBJ; LightGBM:
its text), never a pickle, and the same bytes every time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from closeline.domain.errors import BadInput, CorruptRecord
from closeline.maths.props.training.settings import Growth, Library, Objective

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Matrix = NDArray[np.float32]

_MISSING = "props need their libraries: install closeline[props]"


class Bins(Protocol):
    """Rows of features cut into bins once, that models of several labels grow on."""

    def grow(
        self, growth: Growth, labels: Floats, weights: Floats | None = None, *, seed: int, rising: Sequence[int] = ()
    ) -> bytes:
        """Return a model of these labels, whose predictions will not fall where the columns `rising` rise.

        labels: (n,), at least 0; weights: (n,), 0 for rows to leave out.
        """


class Trees(Protocol):
    """A grown model."""

    def predict(self, matrix: Matrix) -> Floats:
        """Return what it predicts of each row, shape (n,), above 0. matrix: (n, features), NaN where null."""

    def gains(self) -> Floats:
        """Return what each feature gained in all splits together, shape (features,)."""


def binned(library: Library, matrix: Matrix, bins: int) -> Bins:
    """Cut rows of features, shape (n, features), into so many bins each."""
    return _BINNED[library](matrix, bins)


def planted(library: Library, content: bytes) -> Trees:
    """Read a grown model back from its bytes; raises CorruptRecord for bytes that are none."""
    return _PLANTED[library](content)


def library_version(library: Library) -> str:
    """Return the library's own version."""
    return str(_imported(library).__version__)


class _XGBoostBins:
    def __init__(self, matrix: Matrix, bins: int) -> None:
        self._library = _imported(Library.XGBOOST)
        self._matrix = self._library.QuantileDMatrix(matrix, max_bin=bins, nthread=1)
        self._bins, (self._rows, self._features) = bins, matrix.shape

    def grow(
        self, growth: Growth, labels: Floats, weights: Floats | None = None, *, seed: int, rising: Sequence[int] = ()
    ) -> bytes:
        shares = np.ones(self._rows) if weights is None else weights
        # The bins stay; only what they are asked is exchanged.
        self._matrix.set_label(labels)
        self._matrix.set_weight(shares)
        told = {
            **_XGBOOST[growth.objective], "tree_method": "hist", "max_bin": self._bins, "nthread": 1, "seed": seed,
            "max_depth": growth.depth, "eta": growth.rate, "colsample_bytree": growth.columns,
            "min_child_weight": growth.leaf_least, "lambda": growth.ridge, "base_score": _level(labels, shares),
            "verbosity": 0,
        }  # fmt: skip
        if growth.objective is Objective.TWEEDIE:
            told["tweedie_variance_power"] = growth.power
        if rising:
            told["monotone_constraints"] = str(tuple(_marks(rising, self._features)))
        grown = self._library.train(told, self._matrix, growth.rounds)
        return bytes(grown.save_raw("ubj"))


class _XGBoostTrees:
    def __init__(self, content: bytes) -> None:
        library = _imported(Library.XGBOOST)
        self._trees = library.Booster({"nthread": 1})
        try:
            self._trees.load_model(bytearray(content))
        except library.core.XGBoostError:
            raise CorruptRecord("a model's bytes must be XGBoost's own UBJ, were not") from None
        self._trees.set_param({"nthread": 1})

    def predict(self, matrix: Matrix) -> Floats:
        return np.asarray(self._trees.inplace_predict(matrix), dtype=np.float64)

    def gains(self) -> Floats:
        found = np.zeros(int(self._trees.num_features()))
        for name, gain in self._trees.get_score(importance_type="total_gain").items():
            found[int(name.removeprefix("f"))] = gain
        return found


class _LightGBMBins:
    def __init__(self, matrix: Matrix, bins: int) -> None:
        self._library = _imported(Library.LIGHTGBM)
        self._told = {
            "max_bin": bins, "num_threads": 1, "deterministic": True, "force_col_wise": True, "verbosity": -1,
            "feature_pre_filter": False, "min_data_in_leaf": 20,
        }  # fmt: skip
        # Labels are exchanged later; it wants some at once.
        self._matrix = self._library.Dataset(matrix, label=np.ones(len(matrix)), params=self._told).construct()
        self._rows, self._features = matrix.shape

    def grow(
        self, growth: Growth, labels: Floats, weights: Floats | None = None, *, seed: int, rising: Sequence[int] = ()
    ) -> bytes:
        self._matrix.set_label(labels)
        # Not by `set_weight`: it takes equal weights for none given, and the last model's would stay.
        self._matrix.set_field("weight", (np.ones(self._rows) if weights is None else weights).astype(np.float32))
        told = {
            **self._told, "objective": _LIGHTGBM[growth.objective], "seed": seed, "max_depth": growth.depth,
            "num_leaves": 2**growth.depth, "learning_rate": growth.rate, "feature_fraction": growth.columns,
            "min_sum_hessian_in_leaf": growth.leaf_least, "lambda_l2": growth.ridge,
            # Said also where nothing rises: the rows would keep what the last model was told.
            "monotone_constraints": _marks(rising, self._features),
        }  # fmt: skip
        if growth.objective is Objective.TWEEDIE:
            told["tweedie_variance_power"] = growth.power
        grown = self._library.train(told, self._matrix, growth.rounds)
        return str(grown.model_to_string()).encode()


class _LightGBMTrees:
    def __init__(self, content: bytes) -> None:
        library = _imported(Library.LIGHTGBM)
        try:
            self._trees = library.Booster(model_str=content.decode())
        except (library.basic.LightGBMError, UnicodeDecodeError):
            raise CorruptRecord("a model's bytes must be LightGBM's own text, were not") from None

    def predict(self, matrix: Matrix) -> Floats:
        return np.asarray(self._trees.predict(matrix, num_threads=1), dtype=np.float64)

    def gains(self) -> Floats:
        return np.asarray(self._trees.feature_importance("gain"), dtype=np.float64)


_BINNED: dict[Library, Callable[[Matrix, int], Bins]] = {Library.XGBOOST: _XGBoostBins, Library.LIGHTGBM: _LightGBMBins}
_PLANTED: dict[Library, Callable[[bytes], Trees]] = {Library.XGBOOST: _XGBoostTrees, Library.LIGHTGBM: _LightGBMTrees}
_XGBOOST = {
    Objective.TWEEDIE: {"objective": "reg:tweedie"},
    Objective.GAMMA: {"objective": "reg:gamma"},
}
_LIGHTGBM = {Objective.TWEEDIE: "tweedie", Objective.GAMMA: "gamma"}


def _imported(library: Library) -> Any:  # noqa: ANN401 -- the libraries ship no types
    try:
        if library is Library.XGBOOST:
            import xgboost

            return xgboost
        import lightgbm
    except ImportError:
        raise BadInput(_MISSING) from None
    return lightgbm


def _level(labels: Floats, weights: Floats) -> float:
    """Return where the trees start from: said and not guessed, so that it is the same in every version."""
    return float((labels * weights).sum() / weights.sum())


def _marks(rising: Sequence[int], features: int) -> list[int]:
    return [int(place in set(rising)) for place in range(features)]
