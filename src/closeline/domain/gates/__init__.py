"""Gates: one rule per file, each a pure function of a candidate and the limits.

Comes in: a `Candidate` with all that is known of it. Goes out: one `Finding` per rule, always, inactive rules too.
Always true: every rule runs and every finding is kept; the verdict is made from the findings alone.
"""

from closeline.domain.gates.calibrated import calibration_active
from closeline.domain.gates.candidate import Action, Candidate, Finding, Limits, Rule
from closeline.domain.gates.direction import direction
from closeline.domain.gates.integrity import line_integrity
from closeline.domain.gates.market import no_market_no_pick
from closeline.domain.gates.opener import opener_consistency
from closeline.domain.gates.rated import market_rated
from closeline.domain.gates.thresholds import publish_thresholds
from closeline.domain.gates.verdict import Verdict, compress, verdict

# The fixed order of DOMAIN section 6; the rules of the full safety system take their places between these.
GATES: tuple[Rule, ...] = (
    line_integrity,
    no_market_no_pick,
    opener_consistency,
    direction,
    market_rated,
    calibration_active,
    publish_thresholds,
)

__all__ = ["GATES", "Action", "Candidate", "Finding", "Limits", "Rule", "Verdict", "compress", "verdict"]
