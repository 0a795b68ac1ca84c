"""Versioned artefacts: models, distributions, policies and configurations, each named by its content."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import bindparam, func, select

from closeline.domain.clock import micros
from closeline.domain.errors import NotFound
from closeline.domain.ids import canonical_json, content_id
from closeline.domain.policies import DecisionPolicy
from closeline.store.record import subjects
from closeline.store.record.changes import changing
from closeline.store.session import Session
from closeline.store.tables.governance import config_version
from closeline.store.tables.learning import decision_policy
from closeline.store.tables.model import model_version, rating_state

_BY_NAME = select(model_version.c.content).where(model_version.c.model_version == bindparam("name"))
_LATEST = (
    select(model_version.c.model_version, model_version.c.content, model_version.c.fitted_on)
    .where(
        model_version.c.league == bindparam("league_code"),
        model_version.c.kind == bindparam("kind_name"),
        model_version.c.created_at <= bindparam("as_of"),
    )
    .order_by(model_version.c.created_at.desc(), model_version.c.model_version)
    .limit(1)
)
_COUNT = (
    select(func.count())
    .select_from(model_version)
    .where(
        model_version.c.league == bindparam("league_code"),
        model_version.c.kind == bindparam("kind_name"),
        model_version.c.created_at < bindparam("before"),
    )
)
_POLICY = (
    select(decision_policy.c.content)
    .where(
        decision_policy.c.tenant_id == bindparam("tenant"),
        decision_policy.c.league == bindparam("league_code"),
        decision_policy.c.created_at <= bindparam("as_of"),
    )
    .order_by(decision_policy.c.created_at.desc(), decision_policy.c.policy_version)
    .limit(1)
)
_CONFIGS = (
    select(config_version)
    .where(config_version.c.tenant_id == bindparam("tenant"), config_version.c.created_at <= bindparam("as_of"))
    .order_by(config_version.c.created_at, config_version.c.config_version.desc())
)
_CONFIG = (
    select(config_version.c.config_version, config_version.c.content)
    .where(config_version.c.tenant_id == bindparam("tenant"), config_version.c.created_at <= bindparam("as_of"))
    .order_by(config_version.c.created_at.desc(), config_version.c.config_version)
    .limit(1)
)
_CONFIG_COUNT = (
    select(func.count())
    .select_from(config_version)
    .where(config_version.c.tenant_id == bindparam("tenant"), config_version.c.created_at < bindparam("before"))
)

RATINGS = "ratings"
DISTRIBUTION = "distribution"
SIMULATION = "simulation"
# What a league's players are worth: never packaged, set by a person.
PLAYER_VALUES = "player_values"
# A model of somebody's own, by its name and the hash of its parameters: the record never sees those.
OWN_MODEL = "own_model"
# How numbers of players go together, fitted on what prop models held out.
PROP_CORRELATION = "prop_correlation"
# Packaged artefacts are known from the beginning of time. They name the seasons that they were fitted on, and a view of
# seasons among those says that it is in sample.
SEEDED = "packaged"


def add(session: Session, *, league: str, kind: str, content: str, fitted_on: str, at: datetime) -> str:
    """Append an artefact unless it is there already, and return its version: the hash of its content."""
    version = content_id("model", league, kind, content)
    if session.scalar(_BY_NAME, {"name": version}) is None:
        session.append(
            model_version,
            ("model_version", "league", "kind", "content", "fitted_on", "created_at"),
            [(version, league, kind, content, fitted_on, micros(at))],
        )
    return version


def content_of(session: Session, version: str) -> str:
    """Return the content of an artefact by its version."""
    found = session.scalar(_BY_NAME, {"name": version})
    if found is None:
        message = f"model version must be in the record, {version} was not"
        raise NotFound(message)
    return str(found)


def count(session: Session, *, league: str, kind: str, before: datetime) -> int:
    """Return how many artefacts of a kind are dated before a moment."""
    return int(session.scalar(_COUNT, {"league_code": league, "kind_name": kind, "before": before}) or 0)


def latest(session: Session, *, league: str, kind: str, as_of: datetime) -> tuple[str, str, str]:
    """Return (version, content, fitted_on) of the newest artefact of a kind that existed at `as_of`."""
    rows = session.rows(_LATEST, {"league_code": league, "kind_name": kind, "as_of": as_of})
    if not rows:
        message = f"a {kind} artefact of {league} must be in the record, none was"
        raise NotFound(message)
    return (rows[0].model_version, rows[0].content, rows[0].fitted_on)


def ratings_fitted_on(session: Session, *, league: str) -> str:
    """Return which seasons a league's rating parameters were fitted on, as the artefact says it."""
    content = latest(session, league=league, kind=RATINGS, as_of=datetime.max.replace(tzinfo=UTC))[1]
    return str(json.loads(content)["fitted_on"])


@dataclass(frozen=True, slots=True)
class RatingState:
    """What the ratings were at a moment: which parameters, how many games learned, and the hash of the filter."""

    ratings_version: str
    games_learned: int
    state_hash: str

    @property
    def rating_state_id(self) -> str:
        """Return the name of the state."""
        return content_id("rating-state", self.ratings_version, self.games_learned, self.state_hash)


def add_rating_state(session: Session, state: RatingState, *, league: str, as_of: datetime) -> None:
    """Append a rating state, the same one once."""
    session.append_new(
        rating_state,
        ("rating_state_id", "league", "as_of", "model_version", "games_learned", "state_hash"),
        [(
            state.rating_state_id, league, micros(as_of), state.ratings_version, state.games_learned, state.state_hash,
        )],
        ("rating_state_id",),
        ignoring=("as_of",),
    )  # fmt: skip


def add_policy(
    session: Session,
    policy: DecisionPolicy,
    *,
    tenant_id: str,
    fitted_from: datetime,
    fitted_to: datetime,
    at: datetime,
) -> str:
    """Append a decision policy and return its version."""
    subject = subjects.name_of("policy", policy.league)
    with changing(session, subject, tenant_id=tenant_id, name="PolicyActivated", at=at):
        session.append_new(
            decision_policy,
            ("policy_version", "tenant_id", "league", "content", "fitted_from", "fitted_to", "created_at"),
            [(
                policy.policy_version, tenant_id, policy.league, policy.to_json(), micros(fitted_from),
                micros(fitted_to), micros(at),
            )],
            ("policy_version",),
            ignoring=("fitted_from", "fitted_to", "created_at"),
        )  # fmt: skip
    return policy.policy_version


def policy(session: Session, *, tenant_id: str, league: str, as_of: datetime) -> DecisionPolicy | None:
    """Return the newest decision policy of a league that existed at `as_of`, null before the first."""
    content = session.scalar(_POLICY, {"tenant": tenant_id, "league_code": league, "as_of": as_of})
    return None if content is None else DecisionPolicy.from_json(content)


def add_config(session: Session, content: object, *, tenant_id: str, actor: str, why: str, at: datetime) -> str:
    """Append a configuration and return its version."""
    text = canonical_json(content)
    version = content_id("config", tenant_id, text)
    session.append_new(
        config_version,
        ("config_version", "tenant_id", "content", "actor", "why", "created_at"),
        [(version, tenant_id, text, actor, why, micros(at))],
        ("config_version",),
        ignoring=("actor", "why", "created_at"),
    )
    return version


def config(session: Session, *, tenant_id: str, as_of: datetime) -> tuple[str, str]:
    """Return (version, content) of the configuration in force at `as_of`."""
    rows = session.rows(_CONFIG, {"tenant": tenant_id, "as_of": as_of})
    if not rows:
        message = f"a configuration of tenant {tenant_id} must be in the record, none was"
        raise NotFound(message)
    return (rows[0].config_version, rows[0].content)


def config_count(session: Session, *, tenant_id: str, before: datetime) -> int:
    """Return how many configurations are dated before a moment."""
    return int(session.scalar(_CONFIG_COUNT, {"tenant": tenant_id, "before": before}) or 0)


@dataclass(frozen=True, slots=True)
class ConfigVersion:
    """A configuration: what it holds, who set it, why, and from when it is in force."""

    config_version: str
    content: str
    actor: str
    why: str
    created_at: datetime


def configs(session: Session, *, tenant_id: str, as_of: datetime) -> list[ConfigVersion]:
    """Return every configuration that existed at `as_of`, oldest first; the last one is the one in force."""
    return [
        ConfigVersion(row.config_version, row.content, row.actor, row.why, row.created_at)
        for row in session.rows(_CONFIGS, {"tenant": tenant_id, "as_of": as_of})
    ]
