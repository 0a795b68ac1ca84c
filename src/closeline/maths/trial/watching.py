"""A map watched beside another, on what came after it was fitted; no fit, no search, no random number."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from closeline.domain.calibration import ShadowEvidence, WatchEvidence, one_sided
from closeline.domain.digits import of_fit
from closeline.maths.bootstrap import clustered_standard_error
from closeline.maths.calibrate import UNCALIBRATED
from closeline.maths.score import brier_scores
from closeline.maths.trial.fitting import Applied

Floats = NDArray[np.float64]


def beside(p_raw: Floats, won: Floats, events: Sequence[str], *, active: Applied, new: Applied) -> ShadowEvidence:
    """Set a shadow beside the map in force. p_raw, won: shape (n,), n at least 1; events: the game of each."""
    old, now = brier_scores(active.apply(p_raw), won), brier_scores(new.apply(p_raw), won)
    return ShadowEvidence(
        len(set(events)), int(p_raw.size), of_fit(float(old.mean())), of_fit(float(now.mean())),
        of_fit(float((now - old).mean())), _error(now - old, events),
    )  # fmt: skip


def over_last(p_raw: Floats, won: Floats, events: Sequence[str], *, active: Applied) -> WatchEvidence:
    """Set the map in force beside the raw probability over the last picks: one-sided p value that it is worse."""
    raw, now = brier_scores(UNCALIBRATED.apply(p_raw), won), brier_scores(active.apply(p_raw), won)
    error = _error(now - raw, events)
    p_value = one_sided(float((now - raw).mean()), error)
    return WatchEvidence(int(p_raw.size), of_fit(float(raw.mean())), of_fit(float(now.mean())), error, of_fit(p_value))


def _error(difference: Floats, events: Sequence[str]) -> float:
    """Return the standard error of a mean clustered by event, 0 for one event: it then tells nothing."""
    error = clustered_standard_error(difference, list(events))
    return of_fit(error) if np.isfinite(error) else 0.0
