"""From the scores of one event to what has become of it."""

from datetime import datetime

from closeline.domain.feeds.captures import ParsedEvent, ParsedResult, ResultStatus
from closeline.providers.fields import whole
from closeline.providers.periods import SCORE_MAX
from closeline.providers.spellings import name_of
from closeline.providers.strict_json import Json


def has_scores(record: dict[str, Json]) -> bool:
    """Say whether an event comes from the scores endpoint."""
    return "completed" in record and "scores" in record


def result_of(event: ParsedEvent, record: dict[str, Json], received_at: datetime) -> ParsedResult | None:
    """Return an event's result, or None when its scores cannot be those of a game.

    The vendor gives final points only: no periods, no overtime, and no word for a postponed game.
    """
    completed, scores = record.get("completed"), record.get("scores")
    if not isinstance(completed, bool):
        return None
    if scores is None and not completed:
        return ParsedResult(event.provider_event_id, ResultStatus.SCHEDULED, None, None, received_at, place=event.place)
    points = _points(scores)
    home, away = points.get(event.home), points.get(event.away)
    if len(points) != 2 or home is None or away is None:
        return None
    status = ResultStatus.FINAL if completed else ResultStatus.LIVE
    return ParsedResult(event.provider_event_id, status, home, away, received_at, place=event.place)


def _points(scores: Json) -> dict[str, int]:
    found: dict[str, int] = {}
    for score in scores if isinstance(scores, list) else []:
        name = name_of(score.get("name")) if isinstance(score, dict) else None
        points = whole(score.get("score")) if isinstance(score, dict) else None
        if name is not None and points is not None and 0 <= points <= SCORE_MAX:
            found[name] = points
    return found
