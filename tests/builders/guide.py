"""The blocks of a page in `docs/`, in order, to be run as they stand there."""

import re
from pathlib import Path

DOCS = Path(__file__).parents[2] / "docs"
_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(page: str) -> list[tuple[str, str]]:
    """Give (language, text) of each block of a page."""
    return _BLOCK.findall((DOCS / page).read_text(encoding="utf-8"))
