"""Real files beside the repository, for those who have them; every test that needs them is skipped without."""

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1].parent / "shared" / "data"


def shared_data(pattern: str) -> list[Path]:
    """Return the files of a pattern, or skip the test when there are none."""
    found = sorted(ROOT.glob(pattern))
    if not found:
        pytest.skip("the shared data is not beside the repository")
    return found
