"""Calibrations on trial: fitted on the past and judged on what came after it, then watched beside what is in force."""

from closeline.maths.trial.fitting import EMBARGO_DAYS, EVALUATED_SHARE, Split, Trial, split, try_out
from closeline.maths.trial.watching import beside, over_last

__all__ = ["EMBARGO_DAYS", "EVALUATED_SHARE", "Split", "Trial", "beside", "over_last", "split", "try_out"]
