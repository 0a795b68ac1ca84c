"""`closeline gates try`: what the rules say of a candidate that a person wrote."""

from itertools import accumulate
from operator import mul
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from closeline.cli.gates.finding_text import say_findings, say_wrapped
from closeline.cli.opening import reading, record_must_exist
from closeline.cli.options import AsJson, Database
from closeline.cli.printing import number, print_json, say
from closeline.domain.errors import BadInput, StoreUnavailable
from closeline.domain.leagues import League

if TYPE_CHECKING:
    from closeline.domain.gates import Limits
    from closeline.flow.gate.by_hand import Tried
    from closeline.schemas.trial import JudgedCandidate, WrittenCandidate

PACKAGED = "packaged"
RECORD = "record"


def try_candidate(
    file: Annotated[Path | None, typer.Argument(metavar="[FILE]", help="A candidate, as a JSON document.")] = None,
    *,
    example: Annotated[
        League | None, typer.Option("--example", help="Print a document of this league to start from, and stop.")
    ] = None,
    db: Database = None,
    as_json: AsJson = False,
) -> None:
    """Judge a candidate written by hand: every finding, and what they come to. Exit code 0 whatever the decision."""
    from closeline.cli.gates.document import MEND, read_document
    from closeline.cli.gates.document import example as write_example

    if (file is None) is (example is None):
        raise BadInput(f"either FILE or --example must be given, and not both; {MEND}")
    if file is None:
        say(write_example(_packaged(League(str(example)))))
        return
    result = _judged(read_document(file), db)
    if as_json:
        print_json(result)
        return
    _print(result)


def _judged(written: "WrittenCandidate", db: str | None) -> "JudgedCandidate":
    from closeline.cli.gates.document import league_of, selection_of
    from closeline.flow.gate.by_hand import try_by_hand

    league, selection = league_of(written), selection_of(written)
    limits, version, source = _in_force(db, league)
    tried = try_by_hand(written.model_copy(update={"league": str(league)}), selection, limits)
    return _shape(tried, written, version, source)


def _in_force(db: str | None, league: League) -> "tuple[Limits, str, str]":
    """Return (limits, their version, where they are from): of the record, or the packaged ones where there is none."""
    from closeline.domain.limits import limits_of
    from closeline.store import models

    try:
        record_must_exist(db)
    except StoreUnavailable:
        return _packaged(league), PACKAGED, PACKAGED
    with reading(db) as (desk, session):
        version, content = models.config(session, tenant_id=desk.tenant_id, as_of=desk.clock())
    return limits_of(content, league), version, RECORD


def _packaged(league: League) -> "Limits":
    from closeline.domain.limits import limits_of
    from closeline.store.packaged import read_artefact

    return limits_of(read_artefact("limits.json").decode(), league)


def _shape(tried: "Tried", written: "WrittenCandidate", version: str, source: str) -> "JudgedCandidate":
    from closeline.domain.publishing.labels import label
    from closeline.schemas.trial import JudgedCandidate, JudgedFinding

    left = list(accumulate((item.multiplier for item in tried.findings), mul))
    verdict, candidate = tried.verdict, tried.candidate
    findings = [
        JudgedFinding(
            gate=item.gate, action=item.action, highest_state=item.highest_state, reason=item.reason,
            multiplier=item.multiplier, left=rest, cap=item.cap, inputs=dict(item.inputs),
        )
        for item, rest in zip(tried.findings, left, strict=True)
    ]  # fmt: skip
    return JudgedCandidate(
        league=written.league, selection=label(candidate.selection, home="home", away="away"),
        price="none" if written.price is None else str(written.price), config_version=version, limits_from=source,
        notes=list(tried.notes), findings=findings, market_probability=candidate.q_market,
        probability=candidate.p_calibrated, multiplier=verdict.multiplier, trust=verdict.trust,
        p_final=verdict.p_final, edge=verdict.edge_probability, ev_per_unit=verdict.ev_per_unit,
        decision=verdict.decision, tier=verdict.tier, confidence=verdict.confidence,
        edge_confidence=verdict.edge_confidence, parlay_eligible=verdict.parlay_eligible, reasons=list(verdict.reasons),
    )  # fmt: skip


def _print(result: "JudgedCandidate") -> None:
    say(f"{result.selection} [{result.league}] at {result.price}")
    if result.limits_from == PACKAGED:
        say("judged by the packaged limits, for there is no record")
    else:
        say(f"judged by the record's limits, version {result.config_version}")
    for note in result.notes:
        say_wrapped(f"note: {note}", "", hanging="      ")
    say("")
    say_findings(result.findings)
    say("")
    say(f"probability {number(result.probability, 4)}, market {number(result.market_probability, 4)}, "
        f"multipliers {result.multiplier:.4f}, trust {number(result.trust, 4)}")  # fmt: skip
    say(f"published {result.p_final:.4f}, edge {number(result.edge, 4, signed=True)}, "
        f"EV {number(result.ev_per_unit, 4, signed=True)} per unit")  # fmt: skip
    say(f"confidence {result.confidence:.2f} of 100, edge confidence {number(result.edge_confidence, 4)}, "
        f"parlay {'yes' if result.parlay_eligible else 'no'}")  # fmt: skip
    say(f"{result.decision} {result.tier}".rstrip())
    say_wrapped(f"because: {', '.join(result.reasons) or 'no rule has anything to object'}", "", hanging="         ")
