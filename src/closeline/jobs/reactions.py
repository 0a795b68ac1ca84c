"""Reactions: what each event sets going. This screen is the pipeline."""

from closeline.domain import events

REACTIONS: dict[str, tuple[str, ...]] = {
    events.OddsCaptured.__name__: ("evaluate.snapshot",),
    # Players' lines have models of their own; a desk that has none leaves them out.
    events.MarketEvaluated.__name__: ("forecast.slate", "props.forecast"),
    events.ForecastMade.__name__: ("gate.candidates",),
    events.CandidatesGated.__name__: ("pick.propose",),
    events.PicksProposed.__name__: ("publish.picks",),
    events.PicksPublished.__name__: ("publish.deliver",),
    events.ResultsReported.__name__: ("settle.results",),
    events.ResultsCaptured.__name__: ("review.close", "settle.picks"),
    events.CalibrationJudged.__name__: ("tune.policy",),
    # The mode is read again inside each publishing transaction: what is told here is for people.
    events.PublishingModeChanged.__name__: (),
    # What fell behind is forecast again with the next prices; the look after that proposes it.
    events.ValidityChanged.__name__: (),
    # What ends here is read by `flow/view.py`, not acted upon.
    events.PicksReviewed.__name__: (),
    events.PicksSettled.__name__: (),
    # What was accepted or asked for is told again as captured results, and those set the rest going.
    events.ResultAccepted.__name__: (),
    events.GradingAsked.__name__: (),
    events.DistributionFitted.__name__: (),
    events.PolicyFitted.__name__: (),
    events.PolicyProposed.__name__: (),
    # The next gate reads the new limits; what is published keeps the version that judged it.
    events.LimitsChanged.__name__: (),
    # Its alerts were raised with it; its correction is read by the next forecast.
    events.BiasMeasured.__name__: (),
    # The next call with the key meets what was said of it.
    events.KeyCreated.__name__: (),
    events.KeyRevoked.__name__: (),
    events.KeyRotated.__name__: (),
    # Whoever shows an actor asks who stands behind the reference now.
    events.PersonAdded.__name__: (),
    events.PersonErased.__name__: (),
    # Whoever decided it has what was set aside read again; the next capture reads the new alias.
    events.SpellingMapped.__name__: (),
    # What is in force changes with the step, which is told beside it.
    events.CalibrationOverrideAsked.__name__: (),
    events.CalibrationOverridden.__name__: (),
    # Whoever acts on the thing reads it where it is.
    events.StateChanged.__name__: (),
    # The next forecast of players reads who speaks beside the model in force.
    events.PropChallengerSet.__name__: (),
    # The tombstones say what went.
    events.RetentionApplied.__name__: (),
    # Every publication asks whether its outbox has been reconciled since.
    events.RecordRestored.__name__: (),
    events.OutboxReconciled.__name__: (),
}
