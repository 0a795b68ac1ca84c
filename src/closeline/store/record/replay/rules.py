"""Rules: what a replay does with each table: it carries what was there before, makes the rest again, or leaves it out.

Every table of the record is in one of these, which a test holds: a new table must say which.
"""

from typing import Any, Final

from sqlalchemy import BindParameter, ColumnElement, Table, and_, bindparam, exists, or_, select, true

from closeline.domain.events import SYSTEM_CHAIN
from closeline.store.tables import metadata
from closeline.store.tables.reference import event_version

BEGIN: Final = "window_begin"
TENANT: Final = "of_tenant"

# Without a time of their own, and harmless before it: carried whole.
WHOLE: Final = frozenset({
    "team", "team_alias", "player", "player_alias", "player_stint", "book", "raw_payload", "retention_plan",
    "dropped_payload",
})  # fmt: skip
# Carried where they were known by the beginning of the window: by this column.
BY_TIME: Final[dict[str, str]] = {
    "snapshot": "received_at", "snapshot_coverage": "received_at", "quote": "received_at",
    "injury_report": "received_at", "event_result": "received_at", "result_report": "received_at",
    "quarantine": "received_at", "event_version": "received_at", "mapping_review": "first_seen_at",
    "model_version": "created_at", "rating_state": "as_of", "sim_run": "as_of", "prediction": "as_of",
    "market_evaluation": "received_at", "candidate_finding": "as_of", "pick": "proposed_at", "pick_event": "at",
    "publication": "published_at", "line_track": "at", "grade": "graded_at", "calibration_version": "created_at",
    "calibration_event": "at", "calibration_daily": "at", "decision_policy": "created_at",
    "config_version": "created_at", "event_log": "at", "ops_alert": "at", "poll": "received_at",
    "player_game": "received_at", "prop_model": "created_at", "log_leaf": "at", "parlay": "at", "pick_validity": "at",
}  # fmt: skip
# Carried with the row that they belong to: (own column, parent).
WITH: Final[dict[str, tuple[str, str]]] = {
    "sim_run_input": ("run_id", "sim_run"), "sim_run_completion": ("run_id", "sim_run"),
    "decomposition": ("run_id", "sim_run"), "calibration_segment": ("calibration_version", "calibration_version"),
    "prop_model_part": ("prop_model_version", "prop_model"), "parlay_leg": ("parlay_id", "parlay"),
}  # fmt: skip
# Events have no time of their own: they are known from their first version on.
OF_EVENTS: Final = frozenset({"event", "event_alias", "event_alias_again"})
# Written over as time goes on: what they held at the beginning is worked out from what is never written over.
WORKED_OUT: Final = frozenset({"quote_heartbeat", "offered_event", "live_pick", "tenant"})
# A replay sends nothing and buys nothing: a row in one of these is proof that it did.
MUST_STAY_EMPTY: Final = (
    "delivery", "delivery_attempt", "delivery_anomaly", "observed_message", "quota_entry", "poll_claim",
)  # fmt: skip
# Decisions of people and of learning: what came in the window is put in again, at its time, and not made again.
DECIDED: Final[dict[str, str]] = {
    "model_version": "created_at", "prop_model": "created_at", "calibration_version": "created_at",
    "calibration_event": "at", "calibration_daily": "at", "decision_policy": "created_at",
    "config_version": "created_at", "player_game": "received_at",
    # What was seen of published picks says which games were forecast again.
    "pick_validity": "at",
}  # fmt: skip
LEFT: Final[dict[str, str]] = {
    "job_run": "the replay has slots of its own", "lease": "one process replays",
    "reaction_cursor": "the replay has a queue of its own", "ops_incident": "an incident is told, and decides nothing",
    "api_key": "nobody calls a replay", "idempotency_key": "nobody calls a replay",
    "performance_rollup": "sums, which can be counted again", "rollup_day": "sums, which can be counted again",
    "quote_opinion": "what a board showed", "board_state": "what a board showed",
    "dropped_quote": "names quotes that are gone",
    "feature_flag": "what it kept back is carried step by step", "person": "people's own",
    "kill_switch": "what it kept back is carried step by step", "config_proposal": "a proposal decides nothing",
    "prop_shadow": "what a model that is not in force would have said",
    "bet": "people's own", "bet_step": "people's own", "bankroll_entry": "people's own",
}  # fmt: skip


def carried_tables() -> list[Table]:
    """Return the tables whose rows are carried, parents before children."""
    names = WHOLE | set(BY_TIME) | set(WITH) | OF_EVENTS
    return [table for table in metadata.sorted_tables if table.name in names]


def by_the_beginning(table: Table) -> ColumnElement[bool]:
    """Return which rows of a table a replay carries: of its tenant, and known by the beginning of the window."""
    return and_(_of_tenant(table), _known(table))


def _known(table: Table) -> ColumnElement[bool]:
    begin: BindParameter[Any] = bindparam(BEGIN)
    if table.name in BY_TIME:
        return table.c[BY_TIME[table.name]] <= begin
    if table.name in WITH:
        column, parent_name = WITH[table.name]
        parent = metadata.tables[parent_name]
        return table.c[column].in_(
            select(parent.c[column]).where(parent.c[BY_TIME[parent_name]] <= begin, _of_tenant(parent))
        )
    if table.name in OF_EVENTS:
        first = event_version.alias("first_version")
        return exists().where(first.c.event_id == table.c.event_id, first.c.received_at <= begin)
    return true()


def _of_tenant(table: Table) -> ColumnElement[bool]:
    if table.name == "event_log":
        return or_(table.c.chain == SYSTEM_CHAIN, table.c.chain == bindparam(TENANT))
    return table.c.tenant_id == bindparam(TENANT) if "tenant_id" in table.c else true()


# By which the rows of a table may be told apart where its key is a number that the order of writing gave.
SURROGATES: Final[frozenset[str]] = frozenset({"quote_id"})
