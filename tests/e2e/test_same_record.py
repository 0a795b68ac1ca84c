"""The same archive gives the same record: on either database, under any hash seed, in any process."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from closeline.domain.leagues import League
from closeline.store import events
from closeline.store.record import record_hash
from closeline.store.session import unit_of_work
from tests import databases
from tests.builders.desks import PLAYED, make_short
from tests.builders.records import TENANT, opened, rows_of

ROOT = Path(__file__).parents[2]
SCRIPT = """
import sys
from closeline.domain.leagues import League
from closeline.store.record import record_hash
from closeline.store.session import unit_of_work
from tests.builders.desks import make_short
from tests.builders.records import TENANT, opened
make_short(sys.argv[1])
with opened(sys.argv[1]) as engine, unit_of_work(engine, write=False) as session:
    print(record_hash(session, tenant_id=TENANT, leagues=(League.NBA,)))
"""


def said(url):
    with opened(url) as engine, unit_of_work(engine, write=False) as session:
        chains = [
            [(event.name, event.body, event.at) for event in events.since(session, chain=chain, after=0)]
            for chain in ("SYSTEM", TENANT)
        ]
        hashes = [row["hash"] for row in rows_of(session, "SELECT hash FROM event_log ORDER BY chain, seq")]
        outputs = [
            row["output_hash"] for row in rows_of(session, "SELECT output_hash FROM sim_run_completion ORDER BY run_id")
        ]
        return record_hash(session, tenant_id=TENANT, leagues=(League.NBA,)), chains, hashes, outputs


def played_url(made):
    return databases.dropped_after(made, made.copy_of(*PLAYED))


@pytest.mark.parametrize("other", ["postgresql"])
def test_both_databases_hold_the_same_record_the_same_events_and_the_same_hashes(sqlite, request, other):
    with played_url(sqlite) as one, played_url(request.getfixturevalue(other)) as two:
        assert said(one) == said(two)


# What it is compared with runs in this process, whose seed is random.
@pytest.mark.parametrize("seed", ["0", "1"])
def test_the_hash_seed_of_the_interpreter_changes_nothing(sqlite, seed):
    environment = os.environ | {"PYTHONHASHSEED": seed, "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'src'}"}
    url = sqlite.fresh()
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, url],
        env=environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    with databases.dropped_after(sqlite, sqlite.copy_of("short", make_short)) as here:
        expected = said(here)[0]

    assert done.stdout.strip() == expected, done.stderr
