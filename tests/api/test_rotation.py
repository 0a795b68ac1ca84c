"""A key is replaced while calls are made with it, and not one of them fails."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from threading import Event

from closeline.store.session import unit_of_work
from closeline.tenancy import keys
from closeline.tenancy.access import Role
from tests.builders.callers import Door, a_secret
from tests.builders.desks import a_desk
from tests.builders.records import TENANT

CALLERS, CALLS_BEFORE, CALLS_AFTER = 4, 5, 10
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
OVERLAP = timedelta(minutes=30)


def rotated(engine, key_id, *, overlap=OVERLAP):
    """Replace a key, and give the token of the new one."""
    new = a_secret(900)
    with unit_of_work(engine) as session:
        keys.rotate(
            session, key_id, new, tenant_id=TENANT, overlap=overlap, days=90, actor="SYSTEM", at=NOON
        )  # fmt: skip
    return new.token


def under_load(engine, *, overlap=OVERLAP):
    """Let callers call all the time while the key is replaced under them, and give every status that they met."""
    moment = [NOON]
    door = Door(replace(a_desk(engine), clock=lambda: moment[0]))
    old = door.a_key(Role.READER, at=NOON)
    held, warm, swapped, statuses = [old], Event(), Event(), []

    def call():
        answer = door.client.get("/api/feed", headers={"Authorization": f"Bearer {held[0]}"})
        statuses.append(answer.status_code)

    def caller():
        for _ in range(CALLS_BEFORE):
            call()
        warm.set()
        while not swapped.is_set():
            call()
        for _ in range(CALLS_AFTER):
            call()

    with ThreadPoolExecutor(CALLERS) as pool:
        running = [pool.submit(caller) for _ in range(CALLERS)]
        warm.wait(30)
        token = rotated(engine, old.partition(".")[0], overlap=overlap)
        # Whoever has not heard of the new key calls with the old one for a while yet.
        for _ in range(CALLS_BEFORE):
            call()
        held[0] = token
        swapped.set()
        for each in running:
            each.result(60)
    moment[0] = NOON + OVERLAP
    last = door.client.get("/api/feed", headers={"Authorization": f"Bearer {old}"}).status_code
    call()
    return statuses, last


def test_a_key_is_replaced_under_load_without_a_call_that_fails(seeded):
    statuses, last = under_load(seeded)

    assert len(statuses) >= CALLERS * (CALLS_BEFORE + CALLS_AFTER)
    assert set(statuses) == {HTTPStatus.OK}
    assert last == HTTPStatus.UNAUTHORIZED


def test_the_twin_without_an_overlap_fails_calls(seeded):
    """Planted: the old key ends when the new one begins."""
    statuses, _ = under_load(seeded, overlap=timedelta(0))

    assert HTTPStatus.UNAUTHORIZED in statuses
