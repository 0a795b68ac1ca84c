"""Verify: a stored run is executed again, from evidence alone, and compared bit by bit.

Ratings are rebuilt from the first game on, the stored bytes are hashed and read again, and nothing is written.
"""

from dataclasses import dataclass
from datetime import datetime

from closeline.domain.errors import CorruptRecord, NotFound
from closeline.domain.feeds.captures import ParsedPayload
from closeline.domain.forecasts.own import is_own
from closeline.domain.leagues import League
from closeline.domain.props.engines import is_props
from closeline.flow import forecast
from closeline.flow.forecast import props
from closeline.jobs.desk import Desk
from closeline.jobs.recording.predicting import chained_again
from closeline.store import evaluations, forecasts, quotes, references
from closeline.store.forecasts import Forecast, Prediction, Run
from closeline.store.past.ratings import RatingBook
from closeline.store.polls import captures
from closeline.store.polls.captures import Snapshot
from closeline.store.session import Session, unit_of_work

# The model itself is somebody's own: what can be done again is everything behind its raw probabilities.
OWN_CHECKED = (
    "stored output against its hash", "stored bytes against their hash", "every step behind the raw probability",
)  # fmt: skip

PROPS_CHECKED = (
    "stored output against its hash", "stored bytes against their hash", "ratings from the first game on",
    "logs, features and model by their names", "every probability to the last bit", "what is said of each player",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Verified:
    """What a re-execution found. `checked` says what was compared, `differences` where it was not the same."""

    run_id: str
    checked: tuple[str, ...]
    differences: tuple[str, ...]

    @property
    def identical(self) -> bool:
        """Say whether everything came out the same."""
        return not self.differences


def verify_run(desk: Desk, run_id: str) -> Verified:
    """Execute a run again and say whether it is identical, or where it differs. Raises NotFound for no such run."""
    with unit_of_work(desk.engine, write=False) as session:
        stored, output_hash = forecasts.run(session, run_id)
        snapshot = captures.snapshot_of(session, stored.reference("SNAPSHOT"))
        again = _chain_again if is_own(stored.run.engine) else _again
        differences = [
            *_stored_output(stored, output_hash),
            *_bytes(desk, session, stored.run, snapshot),
            *(
                _compared(stored, _players_again(desk, session, stored))
                if is_props(stored.run.engine)
                else again(session, stored, snapshot)
            ),
        ]
    checked: tuple[str, ...] = (
        "stored output against its hash", "stored bytes against their hash", "ratings from the first game on",
        "every probability to the last bit", "the joint distribution of scores", "what the means are made of",
    )  # fmt: skip
    if is_own(stored.run.engine):
        checked = OWN_CHECKED
    if is_props(stored.run.engine):
        checked = PROPS_CHECKED
    if desk.read is not None:
        checked = (*checked, "quotes against the bytes, read again")
    return Verified(run_id, checked, tuple(differences))


def _chain_again(session: Session, stored: Forecast, snapshot: Snapshot) -> list[str]:
    """Say where the chain behind the raw probabilities of somebody's own model no longer gives what it gave."""
    del snapshot
    return [
        f"{item.market_key}: {text}"
        for item in stored.predictions
        for text in _fields(item, chained_again(session, stored.run, item))
    ]


def _stored_output(stored: Forecast, output_hash: str) -> list[str]:
    if forecasts.output_hash(stored.predictions) == output_hash:
        return []
    return ["the stored predictions no longer hash to the output that the run recorded"]


def _bytes(desk: Desk, session: Session, run: Run, snapshot: Snapshot) -> list[str]:
    try:
        payload = captures.payload(session, snapshot.payload_sha)
    except CorruptRecord as error:
        return [str(error)]
    return [] if desk.read is None else _quotes(session, run, snapshot, desk.read(payload))


def _quotes(session: Session, run: Run, snapshot: Snapshot, parsed: ParsedPayload) -> list[str]:
    names = [event.provider_event_id for event in parsed.events]
    meant = references.events_by_alias(session, provider=parsed.provider, names=names)
    said = {
        (quote.book, quote.market.key, quote.side, quote.received_at): (quote.line_quarters, quote.price)
        for quote in parsed.quotes
        if meant.get(quote.provider_event_id) == run.event_id
        and quote.received_at <= run.as_of
        and not quote.player  # bytes spell players as they like
    }
    kept = quotes.of_events(session, [run.event_id], as_of=run.as_of)
    held = {(quote.book, quote.market.key, quote.side) for quote in kept}
    found = [f"quote {key[1]} {key[2]}: in the bytes, not in the record" for key in said if key[:3] not in held]
    for quote in kept:
        if quote.snapshot_id != snapshot.snapshot_id:
            continue
        meant_by_bytes = said.get((quote.book, quote.market.key, quote.side, quote.received_at))
        if meant_by_bytes != (quote.line_quarters, quote.price):
            found.append(f"quote {quote.market.key} {quote.side}: the bytes say {meant_by_bytes}, the record "
                         f"{(quote.line_quarters, quote.price)}")  # fmt: skip
    return found


def _players_again(desk: Desk, session: Session, stored: Forecast) -> Forecast | None:
    if not desk.prop_models:
        raise NotFound(f"run was made by the prop model {stored.run.distribution_version}, of which this desk has none")
    model = desk.prop_models.named(session, stored.run.distribution_version)
    return props.again(session, RatingBook(), model, stored, features_of=desk.prop_features)


def _again(session: Session, stored: Forecast, snapshot: Snapshot) -> list[str]:
    return _compared(stored, _execute(session, stored, snapshot))


def _compared(stored: Forecast, again: Forecast | None) -> list[str]:
    if again is None:
        run = stored.run
        return [f"event {run.event_id}: the record no longer leads to a forecast of it at {run.as_of.isoformat()}"]
    found = [f"run: {text}" for text in _fields(stored.run, again.run)]
    found += [] if stored.inputs == again.inputs else [f"inputs: were {stored.inputs}, are {again.inputs}"]
    found += [] if stored.decomposition == again.decomposition else ["decomposition: the parts are not the same"]
    now = {item.prediction_id: item for item in again.predictions}
    for item in stored.predictions:
        other = now.pop(item.prediction_id, None)
        if other is None:
            found.append(f"prediction {item.market_key} {item.book}: not made again")
        else:
            found += [f"{item.market_key}: {text}" for text in _fields(item, other)]
    return found + [f"prediction {item.market_key} {item.book}: not in the record" for item in now.values()]


def _execute(session: Session, stored: Forecast, snapshot: Snapshot) -> Forecast | None:
    run, league = stored.run, League(stored.run.league)
    priced = evaluations.of_snapshot(session, snapshot.snapshot_id, as_of=run.as_of)
    # The whole slate is forecast again: the arrays then have the shape that they had.
    # As it was known then: what the record has learned since, of a time before, is not asked.
    slate = forecasts.versions_of_snapshot(session, snapshot.snapshot_id, tenant_id=run.tenant_id)
    known = references.named(session, slate, as_of=run.as_of)
    if run.event_id not in known:
        return None
    games = tuple(known[name] for name in sorted(known) if known[name].day == known[run.event_id].day)
    knowledge = forecast.know(
        session, RatingBook(), run.tenant_id, league, snapshot.snapshot_id, run.as_of, games, priced,
        run.simulation_version, stored.inputs,
    )  # fmt: skip
    made = forecast.predict(knowledge, forecast.Engine.of_run(run.engine, run.worlds))
    return next((item for item in made if item.run.event_id == run.event_id), None)


def _fields(before: Run | Prediction, after: Run | Prediction) -> list[str]:
    return [
        f"{name} was {_text(getattr(before, name))}, is {_text(getattr(after, name))}"
        for name in before.__dataclass_fields__
        if getattr(before, name) != getattr(after, name)
    ]


def _text(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else repr(value)
