"""Callers of the API: an app on a record, and keys of either tenant in every role."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import Any

from fastapi import FastAPI
from sqlalchemy import Engine, text
from starlette.testclient import TestClient

from closeline.api.app import create_app
from closeline.jobs.desk import Desk
from closeline.store.session import unit_of_work
from closeline.tenancy import keys
from closeline.tenancy.access import Role
from closeline.tenancy.keys import NewSecret
from tests.builders.desks import a_desk
from tests.builders.records import TENANT

OTHER_TENANT = "other"
BASE = "http://closeline.test"


def a_tenant(engine: Engine, name: str = OTHER_TENANT, status: str = "ACTIVE") -> str:
    """Put another tenant into the record, where it is not yet."""
    with unit_of_work(engine, tenant_id=name) as session:
        known = session.scalar(text("SELECT count(*) FROM tenant WHERE tenant_id = :t"), {"t": name})
        if not known:
            session.execute(
                text("INSERT INTO tenant (tenant_id, name, status, created_at) VALUES (:t, :t, :s, 0)"),
                {"t": name, "s": status},
            )
    return name


def a_secret(number: int) -> NewSecret:
    return NewSecret(f"clk_{number:012x}", f"secret-{number:08d}-of-a-test")


@dataclass
class Door:
    """The API on a desk, and whoever knocks."""

    desk: Desk
    numbers: Iterator[int] = field(default_factory=lambda: count(1))
    tokens: dict[tuple[Role, str], str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        names = count(1)
        self.app: FastAPI = create_app(self.desk, lambda: f"call-{next(names)}")
        self.client = TestClient(self.app, base_url=BASE)

    def a_key(
        self, role: Role = Role.READER, *, tenant: str = TENANT, days: int = 90, at: datetime | None = None
    ) -> str:
        secret = a_secret(next(self.numbers))
        with unit_of_work(self.desk.engine, tenant_id=tenant) as session:
            keys.create(
                session, secret, tenant_id=tenant, name="of a test", role=role, days=days, actor="test",
                at=at or self.desk.clock(),
            )  # fmt: skip
        return secret.token

    def token(self, role: Role, tenant: str = TENANT) -> str:
        """Give a key in a role, the same each time."""
        if (role, tenant) not in self.tokens:
            if tenant != TENANT:
                a_tenant(self.desk.engine, tenant)
            self.tokens[role, tenant] = self.a_key(role, tenant=tenant)
        return self.tokens[role, tenant]

    def call(
        self, method: str, path: str, *, role: Role | None = Role.ADMIN, tenant: str = TENANT,
        headers: dict[str, str] | None = None, **more: Any,
    ) -> Any:  # fmt: skip
        """Make a call in a role, or without any key."""
        sent = dict(headers or {})
        if role is not None:
            sent["X-API-Key"] = self.token(role, tenant)
        return self.client.request(method, path, headers=sent, **more)

    def get(self, path: str, **more: Any) -> Any:
        return self.call("GET", path, **more)

    def post(self, path: str, body: object = None, **more: Any) -> Any:
        if body is not None:
            more["json"] = body
        return self.call("POST", path, **more)


@contextmanager
def a_door(engine: Engine, **more: Any) -> Iterator[Door]:
    door = Door(a_desk(engine, **more))
    with door.client:
        yield door
