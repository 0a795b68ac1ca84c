"""Drifting: what a person must know of names that no longer lead anywhere, once each for as long as it lasts."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

from closeline.domain.feeds.captures import ParsedEvent, ParsedPayload
from closeline.domain.identity.naming import NameReason, Question
from closeline.domain.ids import canonical_json
from closeline.store.desk import incidents
from closeline.store.desk.alerts import Alert
from closeline.store.packaged.seed import DEFAULT_TENANT
from closeline.store.session import Session

MAPPING_DRIFT = "MAPPING_DRIFT"
_NAMED_MOST = 5
_TEXTS = {
    NameReason.OTHER_TEAMS: "the id {own_id} of {provider} was of other teams, or of the same at another home",
    NameReason.DUPLICATE_EVENT: "{provider} has a second id, {own_id}, for a game that it has already",
    NameReason.DIRECTION_MISMATCH: "{provider} has home and away the other way round than another source, in {own_id}",
}


def raise_alerts(
    session: Session, parsed: ParsedPayload, waiting: Sequence[Question], refused: Mapping[str, str], *, at: datetime
) -> None:
    """Open an incident for spellings that wait for a person, and for each event that contradicts what is known."""
    by_league: defaultdict[str, set[str]] = defaultdict(set)
    for question in waiting:
        by_league[question.league].add(question.spelling)
    for league, spellings in sorted(by_league.items()):
        names = ", ".join(repr(name) for name in sorted(spellings)[:_NAMED_MOST])
        text = f"{parsed.provider} writes {names}, which nobody has mapped: look at `closeline mapping review`"
        inputs = canonical_json({"provider": parsed.provider, "spellings": sorted(spellings)})
        _meet(session, league, MAPPING_DRIFT, text, inputs, scope=drift_scope(parsed.provider, league), at=at)
    for event in parsed.events:
        reason = refused.get(event.provider_event_id)
        if reason in _TEXTS:
            _contradiction(session, parsed.provider, event, NameReason(reason), at)


def drift_scope(provider: str, league: str) -> str:
    """Return of what a drift of names is: one provider's names in one league."""
    return f"{provider}:{league}"


def _contradiction(session: Session, provider: str, event: ParsedEvent, reason: NameReason, at: datetime) -> None:
    own_id = event.provider_event_id
    text = f"{_TEXTS[reason].format(own_id=own_id, provider=provider)}: {event.away} at {event.home}; it is set aside"
    inputs = canonical_json({
        "provider": provider, "provider_event_id": own_id, "home": event.home, "away": event.away,
        "starts_at": event.starts_at.isoformat(),
    })  # fmt: skip
    _meet(session, event.league, str(reason), text, inputs, scope=f"{provider}:{own_id}", at=at)


def _meet(session: Session, league: str, kind: str, text: str, inputs: str, *, scope: str, at: datetime) -> None:
    # Evidence is everybody's; the one who must look is who runs the desk.
    incidents.meet(session, Alert(DEFAULT_TENANT, league, kind, text, inputs, at), scope=scope)
