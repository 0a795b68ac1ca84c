"""Tune: what was graded becomes a candidate distribution, calibration or policy, and a gate decides about it.

Comes in: an open session and a moment. Goes out: versions in the record and the event that tells of them. Always true:
nothing in force is ever edited; what replaces it names what it was judged on, and knows nothing after its moment.
"""

from closeline.flow.tune import calibration
from closeline.flow.tune.bias import measure_bias
from closeline.flow.tune.calibration import calibrate
from closeline.flow.tune.distribution import fit_distribution
from closeline.flow.tune.policy import fit_policy
from closeline.flow.tune.proposal import Proposal, conclude, propose

__all__ = [
    "Proposal",
    "calibrate",
    "calibration",
    "conclude",
    "fit_distribution",
    "fit_policy",
    "measure_bias",
    "propose",
]
