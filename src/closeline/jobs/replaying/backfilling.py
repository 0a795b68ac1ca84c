"""Backfilling: grades by other rules, candidates of a window, results that come late. Each can be asked for again."""

from collections.abc import Sequence
from datetime import datetime

from closeline.domain.calibration import CalibrationStatus
from closeline.domain.errors import BadInput
from closeline.domain.ids import canonical_json, content_id
from closeline.domain.leagues import League
from closeline.flow import settle
from closeline.flow.settle import Days, Regrade
from closeline.flow.tune import calibration
from closeline.flow.tune.calibration import Asked, Outcome
from closeline.jobs.desk import Desk
from closeline.jobs.grading.asking import LOOKBACK_HOURS_MAX, grade_all_pending
from closeline.jobs.importing import import_archive
from closeline.jobs.learning.calibrating import METHODS
from closeline.jobs.learning.limiting import ACTOR_MAX, WHY_MAX, a_line
from closeline.jobs.shelf import Archive
from closeline.schemas.again.backfilling import (
    ReadResults,
    RegradedPick,
    Regrading,
    ResultsBackfill,
    WindowCalibration,
    WindowCandidate,
)
from closeline.store import events
from closeline.store.desk import grades
from closeline.store.record.changes import change
from closeline.store.session import Session, unit_of_work

MICROS = 1_000_000


def regrade(
    desk: Desk, rules: str, *, leagues: Sequence[League], days: Days, why: str, actor: str, dry_run: bool
) -> Regrading:  # fmt: skip
    """Grade the graded picks of some days by another rule set; the old grades stay, and the new ones name them.

    A second time adds nothing. Raises NotFound for rules that no configuration has held.
    """
    reason, person, at = a_line("why", why, WHY_MAX), a_line("actor", actor, ACTOR_MAX), desk.clock()
    with unit_of_work(desk.engine, write=not dry_run) as session:
        if not dry_run:
            events.hold(session, chain=desk.tenant_id)
        found = [
            (league, item)
            for league in leagues
            for item in settle.by_rules(session, rules, tenant_id=desk.tenant_id, league=league, days=days, at=at)
        ]
        made = _regrading(rules, found, at, dry_run=dry_run)
        if found and not dry_run:
            grades.add_grades(session, [item.after for _, item in found])
            _tell(session, desk, "Regraded", {
                "rules": rules, "grades": [[item.after.pick_id, item.after.name] for _, item in found],
            }, person, reason, at)  # fmt: skip
    return made


def _tell(
    session: Session, desk: Desk, name: str, did: dict[str, object], actor: str, why: str, at: datetime
) -> None:  # fmt: skip
    """Tell the log what a backfill added, under a name made of it."""
    text = canonical_json(did)
    change(
        session, tenant_id=desk.tenant_id, subject=f"backfill:{content_id(text)}", name=name, before=None, after=text,
        actor=actor, why=why, at=at,
    )  # fmt: skip


def _regrading(
    rules: str, found: Sequence[tuple[League, Regrade]], at: datetime, *, dry_run: bool
) -> Regrading:  # fmt: skip
    return Regrading(
        rules=rules, at=at, dry_run=dry_run, graded=len(found),
        differing=[
            RegradedPick(
                pick_id=item.after.pick_id, league=league, before=f"{item.before.name} {item.before.result}",
                after=f"{item.after.name} {item.after.result}", units_before=item.before.units_micros / MICROS,
                units_after=item.after.units_micros / MICROS,
            )
            for league, item in found
            if item.differs
        ],
        units=sum(item.after.units_micros - item.before.units_micros for _, item in found) / MICROS,
    )  # fmt: skip


def calibrate_window(
    desk: Desk, *, since: datetime, until: datetime, leagues: Sequence[League], method: str, why: str, actor: str,
    dry_run: bool,
) -> WindowCalibration:  # fmt: skip
    """Fit a candidate on a window in every scope; it stays a CANDIDATE, and a second time adds nothing.

    Raises BadInput for a window that ends before it begins, or after now, and for a method that there is not.
    """
    reason, person, at = a_line("why", why, WHY_MAX), a_line("actor", actor, ACTOR_MAX), desk.clock()
    if not since < until <= at:
        raise BadInput(
            f"--from must be before --to, and --to not after now, were {since.isoformat()} and {until.isoformat()}"
        )
    if method not in METHODS:
        raise BadInput(f"method must be one of {', '.join(METHODS)}, was {method[:30]!a}")
    asked = Asked(method, None, person, scheduled=False)
    with unit_of_work(desk.engine, write=not dry_run) as session:
        if not dry_run:
            events.hold(session, chain=desk.tenant_id)
        chosen = tuple(leagues) or calibration.played_leagues(session, as_of=until)
        found = [
            calibration.fit_window(
                session, scope, asked, tenant_id=desk.tenant_id, since=since, until=until, at=at, keep=not dry_run
            )
            for scope in calibration.scopes_of(chosen, everywhere=not leagues)
        ]
        new = [item.calibration_version for item in found if item.outcome == CalibrationStatus.CANDIDATE]
        if new and not dry_run:
            _tell(session, desk, "WindowCalibrated", {"versions": new}, person, reason, at)
    return WindowCalibration(
        since=since, until=until, method=method, at=at, dry_run=dry_run, scopes=[_candidate(item) for item in found]
    )


def _candidate(item: Outcome) -> WindowCandidate:
    tried = item.tried
    return WindowCandidate(
        scope=item.scope, outcome=str(item.outcome), calibration_version=item.calibration_version,
        n_train=tried.n_train if tried else None, n_evaluated=tried.n_evaluated if tried else None,
        brier_old=tried.evaluated.brier_old if tried else None, brier_new=tried.evaluated.brier_new if tried else None,
    )  # fmt: skip


def import_results(desk: Desk, archives: Sequence[Archive], *, actor: str, dry_run: bool) -> ResultsBackfill:
    """Import files of results as `closeline import` does, and grade whatever they end; a second time adds nothing."""
    files = [
        ReadResults(
            file=item.payload.name, leagues=sorted({event.league for event in item.parsed.events}),
            games=len(item.parsed.events), results=len(item.parsed.results), imported=not dry_run,
        )
        for item in archives
    ]  # fmt: skip
    if dry_run:
        return ResultsBackfill(dry_run=True, files=files, graded=0, regraded=0)
    for item in archives:
        import_archive(desk, item)
    leagues = sorted({league for file in files for league in file.leagues})
    done = [grade_all_pending(desk, lookback_hours=LOOKBACK_HOURS_MAX, actor=actor, league=each) for each in leagues]
    return ResultsBackfill(
        dry_run=False,
        files=files,
        graded=sum(item.graded for item in done),
        regraded=sum(item.regraded for item in done),
    )
