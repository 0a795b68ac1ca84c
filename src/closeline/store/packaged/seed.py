"""What every record begins with: teams and their aliases, rating parameters, distributions, limits and books."""

import json
from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select

from closeline.domain.identity.names import fold
from closeline.domain.leagues import League, team_id
from closeline.store import models
from closeline.store.packaged import read_artefact
from closeline.store.session import Session
from closeline.store.tables.model import model_version
from closeline.store.tables.reference import team, team_alias

# Packaged artefacts date from before any game, so that a backtest has them from its first day; see `models.SEEDED`.
SEEDED_AT = datetime(1900, 1, 1, tzinfo=UTC)
AFTER_SEEDING = SEEDED_AT + timedelta(days=1)
DEFAULT_TENANT = "default"


def seed(session: Session) -> None:
    """Add the packaged reference data and artefacts that the record lacks; a second call adds nothing."""
    for league in League:
        _seed_teams(session, league)
        for kind in (models.RATINGS, models.DISTRIBUTION, models.SIMULATION):
            content = read_artefact(f"{kind}_{league}.json").decode()
            models.add(session, league=league, kind=kind, content=content, fitted_on=models.SEEDED, at=_packaged_at(
                session, league, kind
            ))  # fmt: skip
    limits = json.loads(read_artefact("limits.json"))
    models.add_config(session, limits, tenant_id=DEFAULT_TENANT, actor="SYSTEM", why="packaged defaults", at=(
        SEEDED_AT + models.config_count(session, tenant_id=DEFAULT_TENANT, before=AFTER_SEEDING) * timedelta(seconds=1)
    ))  # fmt: skip


def _packaged_at(session: Session, league: League, kind: str) -> datetime:
    """Return a moment before any game at which a newer package's artefact follows those of the packages before it."""
    return SEEDED_AT + models.count(session, league=league, kind=kind, before=AFTER_SEEDING) * timedelta(seconds=1)


def is_seeded(session: Session) -> bool:
    """Say whether the packaged artefacts are in the record."""
    return bool(session.scalar(select(func.count()).select_from(model_version)))


def _seed_teams(session: Session, league: League) -> None:
    content = json.loads(read_artefact(f"teams_{league}.json"))
    teams = [(team_id(league, entry["slug"]), str(league), entry["name"]) for entry in content["teams"]]
    session.append_new(team, ("team_id", "league", "name"), teams, ("team_id",), ignoring=("name",))
    aliases = {
        (str(league), provider, fold(spelling)): team_id(league, slug)
        for provider, spellings in content["aliases"].items()
        for spelling, slug in spellings.items()
    }
    rows = [(*key, name) for key, name in aliases.items()]
    session.append_new(
        team_alias, ("league", "provider", "spelling", "team_id"), rows, ("league", "provider", "spelling")
    )


__all__ = ["DEFAULT_TENANT", "SEEDED_AT", "is_seeded", "seed"]
