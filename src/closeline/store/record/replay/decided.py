"""Decided: what people and learning put into the record within a window, row by row and moment by moment."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Table, and_, bindparam, or_, select, true

from closeline.domain.forecasts.own import OWN
from closeline.domain.picks.voids import NO_RESULT
from closeline.store.record.replay.happened import Window
from closeline.store.record.replay.portions import Portion, portion
from closeline.store.record.replay.rules import DECIDED, WITH
from closeline.store.session import Session
from closeline.store.tables import metadata
from closeline.store.tables.desk import candidate_finding, grade, pick, pick_event, publication
from closeline.store.tables.evidence import event_result
from closeline.store.tables.model import decomposition, prediction, sim_run, sim_run_completion, sim_run_input

_BEGIN: BindParameter[Any] = bindparam("begin")
_UNTIL: BindParameter[Any] = bindparam("until")
_TENANT: BindParameter[Any] = bindparam("tenant")
# Runs of models of somebody's own: what they said was handed in, and cannot be computed here.
_OWN_RUNS = select(sim_run.c.run_id).where(sim_run.c.tenant_id == _TENANT, sim_run.c.engine.startswith(OWN))
_OWN_SAID = select(prediction.c.prediction_id).where(
    prediction.c.tenant_id == _TENANT, prediction.c.run_id.in_(_OWN_RUNS)
)
# Picks that a person, or a rule about a published one, put in the place of another; and those of handed-in runs.
_BY_HAND = select(pick.c.pick_id).where(
    pick.c.tenant_id == _TENANT, or_(pick.c.supersedes.is_not(None), pick.c.run_id.in_(_OWN_RUNS))
)
_TAKEN_BACK = ("SUPERSEDED", "VOIDED")


@dataclass(frozen=True, slots=True)
class Decision:
    """Rows that came into the record at one moment, parents before children."""

    at: datetime
    portions: tuple[Portion, ...]

    @property
    def rows(self) -> int:
        """Return how many rows there are."""
        return sum(len(part.rows) for part in self.portions)


def decisions(session: Session, window: Window) -> list[Decision]:
    """Return everything that was decided in the window, by its moment."""
    found: defaultdict[datetime, list[tuple[Table, list[dict[str, Any]]]]] = defaultdict(list)
    asked = {"tenant": window.tenant_id, **window.asked()}
    for table, moment, condition in _sources():
        grouped: defaultdict[datetime, list[dict[str, Any]]] = defaultdict(list)
        chosen = select(table, moment.label("moment_of_it")).where(moment > _BEGIN, moment <= _UNTIL, condition)
        for row in session.rows(chosen.order_by(*table.primary_key.columns), asked):
            grouped[row.moment_of_it].append(dict(row._mapping))  # noqa: SLF001 -- the documented way to read a row by name
        for at, rows in grouped.items():
            found[at].append((table, rows))
    return [Decision(at, tuple(portion(*part) for part in _in_order(found[at]))) for at in sorted(found)]


def _in_order(parts: Sequence[tuple[Table, list[dict[str, Any]]]]) -> list[tuple[Table, list[dict[str, Any]]]]:
    order = {table.name: place for place, table in enumerate(metadata.sorted_tables)}
    return sorted(parts, key=lambda part: order[part[0].name])


def _sources() -> Iterator[tuple[Table, ColumnElement[datetime], ColumnElement[bool]]]:
    """Yield each kind of row that is put in again: its table, the moment of a row, and which rows."""
    for name, column in DECIDED.items():
        table = metadata.tables[name]
        yield table, table.c[column], _own(table)
    for name, (column, parent_name) in WITH.items():
        if parent_name in DECIDED:
            table, parent = metadata.tables[name], metadata.tables[parent_name]
            moment = select(parent.c[DECIDED[parent_name]]).where(parent.c[column] == table.c[column], _own(parent))
            yield table, moment.scalar_subquery(), true()
    yield event_result, event_result.c.received_at, event_result.c.decided_by == "PERSON"
    yield from _handed_in()


def _handed_in() -> Iterator[tuple[Table, ColumnElement[datetime], ColumnElement[bool]]]:
    yield sim_run, sim_run.c.as_of, and_(sim_run.c.tenant_id == _TENANT, sim_run.c.engine.startswith(OWN))
    for table in (sim_run_input, sim_run_completion, decomposition):
        moment = select(sim_run.c.as_of).where(sim_run.c.run_id == table.c.run_id, sim_run.c.tenant_id == _TENANT)
        yield table, moment.scalar_subquery(), table.c.run_id.in_(_OWN_RUNS)
    own_said = and_(prediction.c.tenant_id == _TENANT, prediction.c.run_id.in_(_OWN_RUNS))
    yield prediction, prediction.c.as_of, own_said
    own_found = and_(candidate_finding.c.tenant_id == _TENANT, candidate_finding.c.prediction_id.in_(_OWN_SAID))
    yield candidate_finding, candidate_finding.c.as_of, own_found
    yield pick, pick.c.proposed_at, and_(pick.c.tenant_id == _TENANT, pick.c.pick_id.in_(_BY_HAND))
    yield (
        publication,
        publication.c.published_at,
        and_(publication.c.tenant_id == _TENANT, publication.c.pick_id.in_(_BY_HAND)),
    )
    # With a withdrawal comes its grade, which no result decided.
    withdrawn = and_(grade.c.tenant_id == _TENANT, grade.c.result_version == NO_RESULT)
    yield grade, grade.c.graded_at, withdrawn
    yield (
        pick_event,
        pick_event.c.at,
        and_(
            pick_event.c.tenant_id == _TENANT,
            or_(
                pick_event.c.to_state.in_(_TAKEN_BACK),
                and_(pick_event.c.pick_id.in_(_BY_HAND), pick_event.c.to_state != "GRADED"),
            ),
        ),
    )


def _own(table: Table) -> ColumnElement[bool]:
    return table.c.tenant_id == _TENANT if "tenant_id" in table.c else true()
