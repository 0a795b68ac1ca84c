"""Records to start from: seeded, with a policy in force, or with a season played through all verbs."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Engine, text

from closeline.domain.feeds.captures import ParsedPayload, Phase, RawPayload
from closeline.domain.leagues import League
from closeline.domain.markets import GAME_MARKETS
from closeline.domain.policies import DecisionPolicy, MarketPolicy
from closeline.flow import capture, evaluate
from closeline.flow.capture import Capture, Source
from closeline.store import calibrations, models, schema
from closeline.store.calibrations import NewCalibration
from closeline.store.database.engine import open_engine
from closeline.store.packaged.seed import DEFAULT_TENANT, SEEDED_AT, is_seeded, seed
from closeline.store.polls import captures
from closeline.store.references import alias_table
from closeline.store.session import Session, unit_of_work
from tests import databases
from tests.builders.moments import OPENS

TENANT = DEFAULT_TENANT
BEFORE = SEEDED_AT + timedelta(days=1)
MARKET_KEYS = tuple(market.key for market in GAME_MARKETS)


def make_seeded(url: str) -> None:
    with opened(url) as engine:
        schema.ready(engine)
        with unit_of_work(engine) as session:
            if not is_seeded(session):
                seed(session)


def make_trusting(url: str) -> None:
    """Fill a record whose decision policy and calibrations are in force from the beginning: picks come at once."""
    make_seeded(url)
    with opened(url) as engine, unit_of_work(engine) as session:
        for league in (League.NBA, League.NFL):
            plant_policy(session, league=league, at=BEFORE)
            for market in GAME_MARKETS:
                plant_calibration(session, league=league, market_key=market.key, at=BEFORE)


@contextmanager
def opened(url: str) -> Iterator[Engine]:
    engine = open_engine(url)
    try:
        yield engine
    finally:
        engine.dispose()


@contextmanager
def a_copy(
    new_databases: databases.Databases, name: str, build: databases.Build, after: databases.Recipe | None = None
) -> Iterator[Engine]:
    """Give an engine on a copy of a record that `build` has filled once in this process, which was empty or `after`."""
    new = new_databases.copy_of(name, build, after)
    with databases.dropped_after(new_databases, new) as url, opened(url) as engine:
        yield engine


def plant_policy(
    session: Session, *, league: League = League.NBA, at: datetime = BEFORE, beta: float = 1.0,
    threshold: float | None = 0.0, keys: Sequence[str] = MARKET_KEYS,
) -> str:  # fmt: skip
    markets = tuple(MarketPolicy(key, beta, 0.01, 100, threshold, 50, 0.001) for key in keys)
    return models.add_policy(
        session, DecisionPolicy(str(league), 0, markets), tenant_id=TENANT, fitted_from=BEFORE, fitted_to=at, at=at
    )


def plant_calibration(
    session: Session, *, league: League = League.NBA, market_key: str, at: datetime = BEFORE,
    map_json: str | None = None, status: str = "ACTIVE", sample: int = 0,
) -> str:  # fmt: skip
    from closeline.maths.calibrate import IDENTITY

    new = NewCalibration(league, market_key, "IDENTITY", map_json or IDENTITY.to_json(), 10, 10, BEFORE, at, at, sample)
    calibrations.add(session, new, tenant_id=TENANT, at=at)
    calibrations.judge(
        session, tenant_id=TENANT, scope=new.scope, version=new.calibration_version, status=status, reasons=(),
        evidence={}, at=at,
    )  # fmt: skip
    return new.calibration_version


def take_in(
    session: Session, parsed: ParsedPayload, *, at: datetime = OPENS, phase: Phase = Phase.OPEN,
    day: str | None = None, content: bytes | None = None,
) -> Capture:  # fmt: skip
    """Capture a payload as a job would: the bytes first, then what they say."""
    raw = RawPayload("made up", content or f"{phase}{at}{parsed!r}".encode(), at)
    sha = captures.keep_payload(session, raw, feed=parsed.provider)
    source = Source(sha, parsed.provider, phase, day)
    return capture.keep(session, source, parsed, alias_table(session), at=at)


def take_in_and_price(
    session: Session, parsed: ParsedPayload, *, at: datetime = OPENS, phase: Phase = Phase.OPEN
) -> str:
    """Capture and evaluate a payload of one league, and give the snapshot's name."""
    told = take_in(session, parsed, at=at, phase=phase).events[0]
    evaluate.evaluate(session, league=League(told.league), snapshot_id=told.snapshot_id, as_of=at)
    return told.snapshot_id


def rows_of(session: Session, statement: str, **parameters: object) -> list[dict[str, Any]]:
    """Read by plain SQL: the oracle's way past every query of ours."""
    return [dict(row._mapping) for row in session.execute(text(statement), parameters).all()]


def number(session: Session, statement: str, **parameters: object) -> int:
    return int(session.scalar(text(statement), dict(parameters)) or 0)


def drop_guards(engine: Engine, table: str) -> None:
    """Do what an owner of the database can: take the guards of a table away."""
    with engine.begin() as connection:
        if engine.dialect.name == "sqlite":
            names = connection.execute(
                text("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = :table"), {"table": table}
            )
            for (name,) in names.all():
                connection.execute(text(f"DROP TRIGGER {name}"))
        else:
            connection.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
            names = connection.execute(
                text("SELECT tgname FROM pg_trigger WHERE tgrelid = CAST(:table AS regclass) AND NOT tgisinternal"),
                {"table": table},
            )
            for (name,) in names.all():
                connection.execute(text(f"DROP TRIGGER {name} ON {table}"))


def tamper(engine: Engine, table: str, statement: str, parameters: Mapping[str, object] | None = None) -> int:
    """Change a table by hand, past its guards, and give how many rows were changed."""
    drop_guards(engine, table)
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            connection.execute(text("COMMIT"))
            connection.connection.driver_connection.execute("PRAGMA foreign_keys = OFF")  # type: ignore[union-attr]
            connection.connection.driver_connection.execute("BEGIN IMMEDIATE")  # type: ignore[union-attr]
        else:
            # Keys to other tables hold by triggers of the system, which this role is allowed to sleep through.
            connection.execute(text("SET session_replication_role = replica"))
        changed = connection.execute(text(statement), dict(parameters or {})).rowcount
        connection.commit()
        connection.detach()
        return int(changed)


class _Undo(Exception):
    """Takes back what an example wrote."""


@contextmanager
def rolled_back(engine: Engine) -> Iterator[Session]:
    """Give a session whose writes are gone afterwards, so that examples of one test do not meet."""
    with suppress(_Undo), unit_of_work(engine) as session:
        yield session
        raise _Undo
