"""`closeline picks`: what was published, why, and everything that stands behind it."""

from typing import TYPE_CHECKING, Annotated

import typer

from closeline.cli.gates.finding_text import say_findings, say_wrapped
from closeline.cli.opening import reading
from closeline.cli.options import AsJson, Database, JudgedId, OnlyLeague, PickId
from closeline.cli.printing import counted, number, print_json, print_table, say
from closeline.domain.forecasts.own import is_own

if TYPE_CHECKING:
    from closeline.schemas import picks as shapes

app = typer.Typer(no_args_is_help=True, help="Look at published picks.")


@app.command("list")
def list_picks(
    *,
    league: OnlyLeague = None,
    leans: Annotated[bool, typer.Option("--leans", help="Leans too.")] = False,
    limit: Annotated[int, typer.Option("--limit", min=0, help="At most so many, the newest; 0 is all.")] = 50,
    db: Database = None,
    as_json: AsJson = False,
) -> None:
    """List published picks, the newest first."""
    from closeline.domain.leagues import League
    from closeline.flow.view.lineage import published_picks

    chosen = [league] if league else list(League)
    with reading(db) as (desk, session):
        result = published_picks(session, tenant_id=desk.tenant_id, leagues=chosen, leans=leans, limit=limit)
        others = 0
        if not leans and not result.total:
            others = published_picks(session, tenant_id=desk.tenant_id, leagues=chosen, leans=True, limit=1).total
    if as_json:
        print_json(result)
        return
    columns = ("pick", "published", "league", "selection", "price#", "decision", "p#", "result", "units#", "CLV#")
    title = f"Picks, {len(result.picks)} of {result.total}"
    unseen = f"none; {counted(others, 'lean')}: closeline picks list --leans" if others else "none"
    print_table(title, columns, [_row(item) for item in result.picks], empty=unseen)
    if any(item.price_assumed for item in result.picks):
        say("* an assumed price, which nobody may have offered")


@app.command()
def show(pick_id: PickId, *, db: Database = None, as_json: AsJson = False) -> None:
    """Show one pick with its whole lineage: grade, publication, findings, prediction, run, inputs, bytes."""
    from closeline.flow.view.lineage import lineage
    from closeline.wiring import excerpt_at

    with reading(db) as (desk, session):
        result = lineage(session, excerpt_at, pick_id=pick_id, tenant_id=desk.tenant_id)
    if as_json:
        print_json(result)
    else:
        _show(result)


@app.command()
def why(name: JudgedId, *, db: Database = None, as_json: AsJson = False) -> None:
    """Say why: how one decision came about, rule by rule, of a refused candidate as of a pick."""
    from closeline.flow.view.lineage import why as reasons

    with reading(db) as (desk, session):
        result = reasons(session, name=name, tenant_id=desk.tenant_id)
    if as_json:
        print_json(result)
        return
    _show_why(result)


def _row(item: "shapes.Pick") -> tuple[object, ...]:
    points = None if item.clv_prob is None else 100 * item.clv_prob
    return (
        item.pick_id, f"{item.published_at:%Y-%m-%d %H:%M}", item.league, item.label,
        f"{item.price}{'*' if item.price_assumed else ''}", f"{item.decision} {item.tier}".rstrip(),
        number(item.probability, 3), item.result, number(item.units, signed=True), number(points, signed=True),
    )  # fmt: skip


def _show_why(found: "shapes.Why") -> None:
    price = f"{found.price}{' (ASSUMED)' if found.price_assumed else ''}" if found.price else "no quote"
    chain = found.chain
    say(f"{found.label}  [{found.league}]")
    say(f"{found.game}, {found.starts_at:%Y-%m-%d %H:%M} UTC")
    say_wrapped(f"{found.market_key} {found.side} {found.line or '-'} at {price}, {found.book}, {found.basis}", "")
    say(f"judged {found.judged_at:%Y-%m-%d %H:%M:%S} UTC, prediction {found.prediction_id}")
    say(f"pick {found.pick_id or 'none: refused'}")
    say("")
    say(f"raw {chain.p_raw:.4f} -> calibrated {chain.p_calibrated:.4f} -> market {number(chain.q_market, 4)} -> "
        f"predicted close {number(chain.p_anchor, 4)}")  # fmt: skip
    say(f"-> published {chain.p_final:.4f}, push {chain.p_push:.4f}")
    say("")
    say_findings(found.findings)
    say("")
    say(f"multipliers {found.multiplier:.4f}, trust {found.trust:.4f}, edge {found.edge_probability:+.4f}, "
        f"EV {found.ev_per_unit:+.4f} per unit")  # fmt: skip
    say(f"confidence {found.confidence:.2f} of 100, edge confidence {number(found.edge_confidence, 4)}, "
        f"parlay {'yes' if found.parlay_eligible else 'no'}")  # fmt: skip
    say(f"{found.decision} {found.tier}".rstrip())
    say_wrapped(f"because: {', '.join(found.reasons) or 'no rule has anything to object'}", "", hanging="         ")
    say("")
    say("versions")
    for name, version in found.trace:
        say(f"  {name.replace('_', ' '):<20} {'-' if version is None else version}")


def _show(found: "shapes.Lineage") -> None:
    pick = found.pick
    say(f"{pick.label}  [{pick.league}]  {found.game}, {found.starts_at:%Y-%m-%d %H:%M} UTC")
    say(f"  {pick.decision} {pick.tier}, {pick.price}{' (ASSUMED)' if pick.price_assumed else ''} at {pick.book}, "
        f"{found.stake_units:g} unit, state {found.state}")  # fmt: skip
    say(f"  probability {pick.probability:.4f}, market {found.q_market:.4f}, edge {found.edge_probability:+.4f}, "
        f"EV {pick.ev_per_unit:+.4f}, predicted CLV {100 * found.predicted_clv:+.2f} points")  # fmt: skip
    _show_end(found)
    say("publication")
    say(f"  {found.published_at or 'not published'}")
    for delivery in found.deliveries:
        kind = "" if delivery.kind == "POST" else f" {delivery.kind}"
        say(f"  {delivery.channel}{kind}: {delivery.state} {delivery.message_id or ''}".rstrip())
    say(f"pick {pick.pick_id}")
    for step in found.life:
        say(f"  {step.seq} {step.from_state or 'new'} -> {step.to_state} ({step.reason}) {step.at:%Y-%m-%d %H:%M:%S}")
    _show_watch(found)
    _show_findings(found.findings)
    _show_model(found)
    say("bytes of the price")
    _show_evidence(found.quote)
    say("versions")
    for name, version in found.versions:
        say(f"  {name.replace('_', ' '):<16} {version or '-'}")


def _show_watch(found: "shapes.Lineage") -> None:
    if len(found.chain) > 1:
        say("versions, each superseding the one before")
        for link in found.chain:
            here = " (this one)" if link.pick_id == found.pick.pick_id else ""
            say(f"  {link.pick_version} {link.pick_id} {link.state}{here}")
    say("validity" if found.validity else "validity: nobody has looked yet")
    for mark in found.validity:
        best = f"{mark.line or ''} {mark.price} at {mark.book}".strip() if mark.price else "no offer"
        ev, flag = number(mark.ev, 4, signed=True), ", refresh recommended" if mark.refresh else ""
        say(f"  {mark.seq} {mark.state}{flag}: EV {ev}, {best} {mark.at:%Y-%m-%d %H:%M:%S}")
        say_wrapped(", ".join(mark.reasons) or "nothing has moved too far", "      ")


def _show_end(found: "shapes.Lineage") -> None:
    grade, track = found.grade, found.track
    if grade is None:
        say("grade: none yet")
    else:
        say(f"grade {grade.result}, {grade.units:+.4f} units, rules {grade.rules}, {grade.graded_at:%Y-%m-%d %H:%M}")
    if found.result is not None:
        _show_evidence(found.result)
    if track is None:
        say("close: none yet")
    elif track.clv_prob is None:
        say(f"close: missing ({track.missing_reason})")
    else:
        prices = f"{track.close_price} / {track.close_price_opposite}"
        say(f"close {prices}, open {track.open_price}, best {track.best_price}")
        say(f"  CLV {100 * track.clv_prob:+.2f} points, EV at close {number(track.clv_ev, 4, signed=True)}")


def _show_findings(findings: "list[shapes.Finding]") -> None:
    print_table("findings", ("rule", "action", "allows", "reason", "looked at"), [
        (
            item.gate, item.action, item.highest_state, item.reason,
            ", ".join(f"{name}={value}" for name, value in item.inputs.items()),
        )
        for item in findings
    ])  # fmt: skip


def _show_model(found: "shapes.Lineage") -> None:
    made, run = found.prediction, found.run
    say(f"prediction {made.prediction_id}")
    say(f"  {made.side} {made.line} {made.basis}: raw {made.p_raw:.4f}, calibrated {made.p_calibrated:.4f}, market "
        f"{number(made.q_market, 4)}, predicted close {number(made.p_anchor, 4)}, push {made.p_push:.4f}")  # fmt: skip
    say(f"run {run.run_id}  (closeline verify run {run.run_id})")
    say(f"  {run.engine}, as of {run.as_of:%Y-%m-%d %H:%M:%S}, seed {run.seed}, output {run.output_hash}")
    if not is_own(run.engine):
        say(f"  margin {run.margin_mean:+.2f} ± {run.margin_sd:.2f}, total {run.total_mean:.2f} ± {run.total_sd:.2f}")
    if run.player:
        said = run.player
        say(f"  {said.player_id}: {said.mean:.2f} ± {said.variance ** 0.5:.2f} ({said.family}) given that he plays, "
            f"which has a chance of {said.plays:.2f}; {said.games} games seen")  # fmt: skip
    for item in run.inputs:
        say(f"  input {item.kind}: {item.reference}")


def _show_evidence(found: "shapes.Evidence") -> None:
    if found.snapshot_id:
        say(f"  snapshot {found.snapshot_id} ({found.phase}), received {found.received_at:%Y-%m-%d %H:%M:%S}")
    say(f"  sha256 {found.payload_sha}")
    say(f"  {found.file_name} ({found.feed}, {found.size} bytes), {found.place}")
    if found.excerpt:
        say(f"  reads {found.excerpt}")
