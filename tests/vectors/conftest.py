"""Collects the test vectors: one test each, from data/ or from the folder named by --vectors."""

import contextlib
import importlib
import json
from collections import Counter
from pathlib import Path

import pytest

from tests.vectors.later import LATER

HERE = Path(__file__).parent
DATA = HERE / "data"


def pytest_addoption(parser):
    # Late when pytest is started above this folder: the option is then unknown and the default holds.
    parser.addoption(
        "--vectors", metavar="DIR", default=None, help="folder of test vectors instead of tests/vectors/data"
    )


def _folder(config):
    return Path(config.getoption("--vectors", default=None) or DATA)


def _vectors(config):
    folder = _folder(config)
    files = sorted(folder.glob("*.json"))
    if not files:
        raise pytest.UsageError(f"--vectors must name a folder with .json files, was {folder}")
    return [(path.stem, vector) for path in files for vector in json.loads(path.read_text("utf-8"))]


def pytest_generate_tests(metafunc):
    if "vector" in metafunc.fixturenames:
        vectors = _vectors(metafunc.config)
        ids = [f"{stem}-{vector['name']}" for stem, vector in vectors]
        metafunc.parametrize("vector", [vector for _, vector in vectors], ids=ids)


def pytest_collection_modifyitems(config, items):
    later: list = []
    now: list = []
    for item in items:
        vector = getattr(item, "callspec", None) and item.callspec.params.get("vector")
        waits = isinstance(vector, dict) and vector["inputs"].get("op") in LATER and HERE in item.path.parents
        (later if waits else now).append(item)
    if later:
        config.hook.pytest_deselected(items=later)
        items[:] = now
    config.stash[LEFT_OUT] = Counter(item.callspec.params["vector"]["inputs"]["op"] for item in later)


LEFT_OUT = pytest.StashKey[Counter]()


def pytest_terminal_summary(terminalreporter, config):
    left_out = config.stash.get(LEFT_OUT, Counter())
    for op, count in sorted(left_out.items()):
        terminalreporter.write_line(f"vectors left for later: {op} ({LATER[op]}): {count}")


OPERATION_FILES = sorted(path.stem for path in (HERE / "operations").glob("*.py") if path.stem != "__init__")


@pytest.fixture(scope="session")
def operations():
    """Give every operation that the files of operations/ offer, by name; a file that cannot be read offers none."""
    found: dict = {}
    for stem in OPERATION_FILES:
        # One broken file costs its own vectors, which then name an unknown operation, and nobody else's.
        with contextlib.suppress(ImportError):
            offered = importlib.import_module(f"tests.vectors.operations.{stem}").OPERATIONS
            twice = found.keys() & offered.keys()
            assert not twice, f"operations offered twice: {sorted(twice)}"
            found |= offered
    return found


@pytest.fixture(params=OPERATION_FILES)
def operations_module(request):
    """Give the name of each file of operations in turn."""
    return f"tests.vectors.operations.{request.param}"
