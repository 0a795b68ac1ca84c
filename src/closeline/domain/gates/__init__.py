"""Gates: one rule per file, each a pure function of a candidate and the limits.

Comes in: a `Candidate` with all that is known of it. Goes out: one `Finding` per rule, always, inactive rules too.
Always true: every rule runs and every finding is kept; the verdict is made from the findings alone.
"""

from closeline.domain.gates.baseline import league_baseline
from closeline.domain.gates.calibrated import calibration_active
from closeline.domain.gates.candidate import Action, Candidate, Finding, Rule, inactive
from closeline.domain.gates.compression import compress, published
from closeline.domain.gates.deviation import market_deviation
from closeline.domain.gates.direction import direction
from closeline.domain.gates.double_counting import double_counting
from closeline.domain.gates.flags import flags
from closeline.domain.gates.integrity import line_integrity
from closeline.domain.gates.limits import Limits
from closeline.domain.gates.market import no_market_no_pick
from closeline.domain.gates.opener import opener_consistency
from closeline.domain.gates.players.applicability import APPLICABILITY, Applicability, is_of_player, speaks
from closeline.domain.gates.players.participation import participation
from closeline.domain.gates.players.prop_filters import prop_filters
from closeline.domain.gates.projection import Baseline, Parts, PlayerOutlook, Projection, Slate
from closeline.domain.gates.rated import market_rated
from closeline.domain.gates.reality import reality_check
from closeline.domain.gates.slate import slate_skew
from closeline.domain.gates.standing import Standing
from closeline.domain.gates.thresholds import publish_thresholds
from closeline.domain.gates.variance import high_variance
from closeline.domain.gates.verdict import Verdict, verdict

# The fixed order of section 6 of the domain notes; `publish_thresholds` comes behind them, on what they leave.
GATES: tuple[Rule, ...] = (
    line_integrity,
    no_market_no_pick,
    flags,
    opener_consistency,
    direction,
    reality_check,
    double_counting,
    league_baseline,
    slate_skew,
    market_rated,
    calibration_active,
    market_deviation,
    high_variance,
)

# Behind those of the game, where the market is a player's: a game's findings stay what they were.
PLAYER_GATES: tuple[Rule, ...] = (participation, prop_filters)


def judge(candidate: Candidate, limits: Limits) -> tuple[tuple[Finding, ...], Verdict]:
    """Run every rule, compress toward the market by what they leave of the trust, and judge what would be published."""
    if is_of_player(candidate.selection.market):
        found = tuple(_of_player(rule, candidate, limits) for rule in (*GATES, *PLAYER_GATES))
    else:
        found = tuple(rule(candidate, limits) for rule in GATES)
    findings = (*found, publish_thresholds(candidate, limits, published(candidate, found)))
    return findings, verdict(candidate, findings)


def _of_player(rule: Rule, candidate: Candidate, limits: Limits) -> Finding:
    name = rule.__name__
    if speaks(name, candidate.selection.market):
        return rule(candidate, limits)
    return inactive(name, why=APPLICABILITY[name].why)


__all__ = [
    "APPLICABILITY",
    "GATES",
    "PLAYER_GATES",
    "Action",
    "Applicability",
    "Baseline",
    "Candidate",
    "Finding",
    "Limits",
    "Parts",
    "PlayerOutlook",
    "Projection",
    "Rule",
    "Slate",
    "Standing",
    "Verdict",
    "compress",
    "is_of_player",
    "judge",
    "publish_thresholds",
    "published",
    "verdict",
]
