"""A pick's lineage, from its grade down to the bytes, looked up link by link."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from closeline.domain.errors import CorruptRecord
from closeline.domain.feeds.captures import RawPayload
from closeline.domain.gates import Finding
from closeline.domain.leagues import League
from closeline.domain.markets import line_text
from closeline.domain.picks import Decision
from closeline.domain.props.engines import is_props
from closeline.domain.publishing.labels import label
from closeline.flow import view
from closeline.flow.view import Ended, ends
from closeline.flow.view.reasoning import reasoning
from closeline.maths.props.sheet import Sheet
from closeline.schemas import picks as shapes
from closeline.schemas.decomposition import Decomposition
from closeline.store import forecasts, references
from closeline.store.desk import candidates, grades, outbox, picks, publications
from closeline.store.desk.grades import Grade, LineTrack
from closeline.store.desk.picks import Pick
from closeline.store.forecasts import Forecast, Prediction
from closeline.store.past import player_lines
from closeline.store.past.player_lines import NOBODY
from closeline.store.polls import captures
from closeline.store.record import audit
from closeline.store.record.audit import Evidence
from closeline.store.references import EventVersion
from closeline.store.session import Session

Excerpt = Callable[[RawPayload, str], str | None]
MICROS = 1_000_000
_ALWAYS = datetime.max.replace(tzinfo=UTC)


def published_picks(
    session: Session, *, tenant_id: str, leagues: Sequence[League], leans: bool, limit: int
) -> shapes.Picks:
    """Return published picks of leagues, the newest first; `limit` 0 is all."""
    newest = ended_picks(session, tenant_id=tenant_id, leagues=leagues, leans=leans)
    chosen = newest[:limit] if limit else newest
    return shapes.Picks(total=len(newest), picks=in_lines(session, chosen, tenant_id=tenant_id))


def ended_picks(session: Session, *, tenant_id: str, leagues: Sequence[League], leans: bool) -> list[Ended]:
    """Return published picks of leagues with how they ended, the newest first."""
    ended = [
        item
        for league in leagues
        for item in view.published(session, tenant_id=tenant_id, league=league)
        if leans or item.pick.decision is Decision.PICK
    ]
    return sorted(ended, key=lambda item: (item.published_at, item.pick.pick_id), reverse=True)


def in_lines(session: Session, chosen: Sequence[Ended], *, tenant_id: str) -> list[shapes.Pick]:
    """Return published picks in one line each, with the labels that everybody sees."""
    labels = _labels(session, [item.pick for item in chosen])
    return [
        _line(item, labels[item.pick.pick_id], publications.publication_id(item.pick.pick_id, tenant_id=tenant_id))
        for item in chosen
    ]


def pick_in_line(session: Session, *, pick_id: str, tenant_id: str) -> shapes.Pick:
    """Return one pick in one line; raises NotFound for no such pick."""
    pick = picks.named(session, pick_id, tenant_id=tenant_id)
    published_at = publications.published_at(session, pick_id, tenant_id=tenant_id)
    publish_id = publications.publication_id(pick_id, tenant_id=tenant_id) if published_at else None
    return _line(_ended(session, pick, tenant_id), _labels(session, [pick])[pick_id], publish_id)


def why(session: Session, *, name: str, tenant_id: str) -> shapes.Why:
    """Return how the decision on a pick or a prediction came about. Raises NotFound for no such one."""
    found = reasoning(session, name, tenant_id=tenant_id)
    made, verdict, event = found.prediction, found.stored.verdict, found.event
    names = references.team_names(session, [event.home_team_id, event.away_team_id])
    of_player = found.selection.market.player_id
    return shapes.Why(
        pick_id=found.pick_id,
        prediction_id=made.prediction_id,
        league=made.league,
        game=_game(session, event),
        starts_at=event.starts_at,
        label=label(
            found.selection,
            home=names[event.home_team_id],
            away=names[event.away_team_id],
            player=references.player_names(session, [of_player]).get(of_player, ""),
        ),
        market_key=made.market_key,
        side=found.selection.side,
        line=line_text(found.selection.line_quarters),
        book=made.book,
        basis=made.basis,
        price=found.price.text if found.price else None,
        price_assumed=found.price is not None and found.price.assumed,
        judged_at=found.judged_at,
        chain=shapes.Chain.model_validate(found.chain),
        findings=[
            shapes.Left(**_finding(item).model_dump(), left=left)
            for item, left in zip(found.findings, found.left, strict=True)
        ],
        multiplier=verdict.multiplier,
        trust=verdict.trust,
        edge_probability=verdict.edge_probability,
        ev_per_unit=verdict.ev_per_unit,
        decision=verdict.decision,
        tier=verdict.tier,
        confidence=verdict.confidence,
        edge_confidence=verdict.edge_confidence,
        parlay_eligible=verdict.parlay_eligible,
        reasons=list(verdict.reasons),
        trace=shapes.Trace.model_validate(found.trace),
    )


def lineage(session: Session, excerpt_at: Excerpt, *, pick_id: str, tenant_id: str) -> shapes.Lineage:
    """Return a pick with all that stands behind it.

    The stored bytes are hashed again on the way: raises CorruptRecord when they are no longer what was stored, NotFound
    for no such pick.
    """
    pick = picks.named(session, pick_id, tenant_id=tenant_id)
    event = references.versions(session, [pick.selection.event_id], as_of=_ALWAYS)[pick.selection.event_id]
    ended = _ended(session, pick, tenant_id)
    grade, track = ended.grade, ended.track
    result = _result(session, pick, grade) if grade else None
    run, made = _run(session, pick)
    return shapes.Lineage(
        pick=pick_in_line(session, pick_id=pick_id, tenant_id=tenant_id),
        state=picks.states(session, [pick_id], tenant_id=tenant_id)[pick_id][1],
        game=_game(session, event),
        starts_at=event.starts_at,
        grade=_grade(grade) if grade else None,
        result=_evidence(session, excerpt_at, result) if result else None,
        track=_track(track) if track else None,
        published_at=publications.published_at(session, pick_id, tenant_id=tenant_id),
        deliveries=[
            shapes.Delivery(channel=item.channel, kind=item.kind, state=item.state, message_id=item.message_id)
            for item in outbox.of_pick(session, pick_id, tenant_id=tenant_id)
        ],
        life=[shapes.Step.model_validate(step) for step in picks.life(session, pick_id, tenant_id=tenant_id)],
        validity=ends.marks_of(session, pick_id, tenant_id=tenant_id),
        chain=ends.chain(session, pick, tenant_id=tenant_id),
        confidence=pick.confidence,
        edge_probability=pick.edge_probability,
        predicted_clv=pick.predicted_clv,
        q_market=pick.q_market,
        stake_units=pick.stake_micros / MICROS,
        findings=_findings(session, pick),
        prediction=made,
        run=run,
        quote=_evidence(session, excerpt_at, audit.of_quote(session, pick.quote_id)),
        versions=_versions(pick),
    )


def _ended(session: Session, pick: Pick, tenant_id: str) -> Ended:
    name = pick.pick_id
    published_at = publications.published_at(session, name, tenant_id=tenant_id)
    track = grades.tracks(session, [name], tenant_id=tenant_id).get(name)
    grade = grades.grades(session, [name], tenant_id=tenant_id).get(name)
    return Ended(pick, published_at or pick.proposed_at, track, grade)


def _labels(session: Session, found: Sequence[Pick]) -> dict[str, str]:
    events = references.versions(session, sorted({item.selection.event_id for item in found}), as_of=_ALWAYS)
    names = references.team_names(session, sorted({
        team for event in events.values() for team in (event.home_team_id, event.away_team_id)
    }))  # fmt: skip
    people = references.player_names(session, [item.selection.market.player_id for item in found])
    return {
        item.pick_id: label(
            item.selection,
            home=names[event.home_team_id],
            away=names[event.away_team_id],
            player=people.get(item.selection.market.player_id, ""),
        )
        for item in found
        for event in (events[item.selection.event_id],)
    }


def _game(session: Session, event: EventVersion) -> str:
    names = references.team_names(session, [event.home_team_id, event.away_team_id])
    return f"{names[event.away_team_id]} at {names[event.home_team_id]}"


def _line(ended: Ended, text: str, publish_id: str | None) -> shapes.Pick:
    pick, grade, track = ended.pick, ended.grade, ended.track
    return shapes.Pick(
        pick_id=pick.pick_id,
        publish_id=publish_id,
        league=pick.league,
        published_at=ended.published_at,
        label=text,
        selection_id=pick.selection.selection_id,
        book=pick.book,
        price=pick.price.text,
        price_assumed=pick.price.assumed,
        decision=pick.decision,
        tier=pick.tier,
        probability=pick.p_final,
        ev_per_unit=pick.ev_per_unit,
        result=grade.result if grade else None,
        units=grade.units_micros / MICROS if grade else None,
        clv_prob=track.clv_prob if track else None,
    )


def _findings(session: Session, pick: Pick) -> list[shapes.Finding]:
    found = candidates.findings_of(session, prediction_id=pick.prediction_id, side=pick.selection.side)
    return [_finding(item) for item in found]


def _finding(item: Finding) -> shapes.Finding:
    return shapes.Finding(
        gate=item.gate, action=item.action, highest_state=item.highest_state, reason=item.reason,
        multiplier=item.multiplier, cap=item.cap, inputs={name: str(value) for name, value in item.inputs},
    )  # fmt: skip


def _run(session: Session, pick: Pick) -> tuple[shapes.Run, shapes.Prediction]:
    whole, output_hash = forecasts.run(session, pick.run_id)
    run = whole.run
    parted = bool(whole.decomposition) and not is_props(run.engine)
    made = next((item for item in whole.predictions if item.prediction_id == pick.prediction_id), None)
    if made is None:
        message = f"run {pick.run_id} must hold the prediction of pick {pick.pick_id}, did not"
        raise CorruptRecord(message)
    shape = shapes.Run(
        run_id=run.run_id, engine=run.engine, as_of=run.as_of, seed=run.seed, margin_mean=run.margin_mean,
        margin_sd=run.margin_sd, total_mean=run.total_mean, total_sd=run.total_sd,
        inputs=[shapes.Input.model_validate(item) for item in whole.inputs], output_hash=output_hash,
        simulation_version=run.simulation_version, worlds=run.worlds, effective=run.effective,
        distribution_digest=run.distribution_digest,
        decomposition=Decomposition.model_validate_json(whole.decomposition) if parted else None,
        player=_player(whole, pick),
    )  # fmt: skip
    return shape, _prediction(made)


def _player(whole: Forecast, pick: Pick) -> shapes.PlayerForecast | None:
    if not is_props(whole.run.engine):
        return None
    said = Sheet.from_json(whole.decomposition).of(pick.selection.market.player_id)
    return shapes.PlayerForecast.model_validate(said) if said else None


def _result(session: Session, pick: Pick, grade: Grade) -> Evidence | None:
    """Return what a grade rests on: the result, or the line of a player; of one without any, the result of the game."""
    event_id, player_id = pick.selection.event_id, pick.selection.market.player_id
    if not player_id:
        return audit.of_result(session, event_id, grade.result_version)
    log = player_lines.logs_of(session, [event_id], as_of=grade.graded_at).get(event_id, NOBODY)
    told = log.of(player_id, by=grade.graded_at)
    if not told:
        return audit.of_result(session, event_id, grade.result_version)
    return audit.of_bytes(session, told[-1].payload_sha, place=told[-1].place, received_at=told[-1].received_at)


def _prediction(made: Prediction) -> shapes.Prediction:
    return shapes.Prediction(
        prediction_id=made.prediction_id, side=made.side,
        line="" if made.line_quarters is None else line_text(made.line_quarters), basis=made.basis, p_raw=made.p_raw,
        p_push=made.p_push, p_calibrated=made.p_calibrated, q_market=made.q_market, p_anchor=made.p_anchor,
        predicted_clv=made.predicted_clv,
    )  # fmt: skip


def _grade(grade: Grade) -> shapes.Grade:
    return shapes.Grade(
        result=grade.result, settled_fraction_quarters=grade.settled_fraction_quarters,
        units=grade.units_micros / MICROS, rules=grade.rules, result_version=grade.result_version, reason=grade.reason,
        graded_at=grade.graded_at,
    )  # fmt: skip


def _track(track: LineTrack) -> shapes.Track:
    return shapes.Track.model_validate({name: getattr(track, name) for name in shapes.Track.model_fields})


def _evidence(session: Session, excerpt_at: Excerpt, found: Evidence) -> shapes.Evidence:
    source = found.source
    return shapes.Evidence(
        snapshot_id=found.snapshot_id, phase=found.phase, received_at=found.received_at,
        payload_sha=source.payload_sha, file_name=source.name, feed=source.feed, size=source.size, place=found.place,
        excerpt=excerpt_at(captures.payload(session, source.payload_sha), found.place),
    )  # fmt: skip


def _versions(pick: Pick) -> shapes.Versions:
    return shapes.Versions(
        ratings=pick.ratings_version, distribution=pick.distribution_version, calibration=pick.calibration_version,
        policy=pick.policy_version, config=pick.config_version, settlement_rules=pick.settlement_rules,
        clv_rules=pick.clv_rules,
    )  # fmt: skip
