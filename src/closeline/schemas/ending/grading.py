"""What became of published picks: their grades with every version, what is held and why, and what came late."""

from datetime import datetime

from closeline.schemas.shape import Shape


class GradeVersion(Shape):
    """One grade of a pick; `cause` says why it replaces `supersedes`.

    `units` is profit per unit risked at the real price. Probabilities are of a win given no push; the scores are null
    for a push and a void, those of the close also where there was none.
    """

    rules: str
    result_version: int
    result: str
    settled_fraction: float
    units: float
    reason: str | None
    p_final: float
    q_market: float
    q_close: float | None
    brier: float | None
    brier_market: float | None
    brier_close: float | None
    log_loss: float | None
    log_loss_market: float | None
    log_loss_close: float | None
    supersedes: str | None
    cause: str | None
    graded_at: datetime


class Grading(Shape):
    """A published pick and how it ended. `state` is GRADED, HELD, or OPEN before its start; `held` says why.

    `final_at` is when a feed first told an ending; `late` is true once six hours passed after it without a grade.
    `versions` are all grades, oldest first, the last of which counts.
    """

    publish_id: str
    pick_id: str
    event_id: str
    league: str
    state: str
    held: str | None
    final_at: datetime | None
    late: bool
    versions: list[GradeVersion]

    @property
    def grade(self) -> GradeVersion | None:
        """Return the grade that counts."""
        return self.versions[-1] if self.versions else None


class HeldPick(Shape):
    """A published pick without a grade, and why."""

    publish_id: str
    pick_id: str
    event_id: str
    league: str
    reason: str


class GradeRun(Shape):
    """What one run over everything that waits came to; `held` counts picks by reason in `reasons`."""

    at: datetime
    lookback_hours: int
    decided: int
    graded: int
    regraded: int
    held: list[HeldPick]
    reasons: dict[str, int]
    late: list[str]


class Lateness(Shape):
    """How soon grades came after their finals: `within` of `graded` in time, and each pick past it."""

    sla_hours: float
    graded: int
    within: int
    share: float | None
    without_final: int
    late: list["LatePick"]


class LatePick(Shape):
    """A pick whose grade came late, or has not come: `graded_at` is null then."""

    pick_id: str
    event_id: str
    league: str
    final_at: datetime
    graded_at: datetime | None
    hours: float


class FeedWord(Shape):
    """What one feed last said of a game, and since when it has said so."""

    report_id: str
    feed: str
    status: str
    words: str
    home_score: int | None
    away_score: int | None
    since: datetime
    received_at: datetime


class ResultReview(Shape):
    """A game whose result the quorum cannot decide, or that is not over though it should be: a person's turn."""

    event_id: str
    league: str
    starts_at: datetime
    reason: str
    decided: str | None
    picks: int
    feeds: list[FeedWord]


class ResultReviews(Shape):
    """Every game that waits for a person."""

    reviews: list[ResultReview]


class AcceptedResult(Shape):
    """A result that a person has made official, and what was graded with it."""

    event_id: str
    league: str
    result_version: int
    status: str
    home_score: int | None
    away_score: int | None
    report_id: str
    actor: str
    why: str
    graded: int
    regraded: int
