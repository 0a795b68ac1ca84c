"""What is asked and said when a published pick ends before its result."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from closeline.schemas.shape import Shape


class Superseding(Shape):
    """Why the newest proposal is to take a pick's place."""

    why: Annotated[str, Field(min_length=1, max_length=500)]


class VoidRequest(Shape):
    """For which reason a pick is to be void, on what evidence, and why in words; after the start words do not do."""

    reason: Annotated[str, Field(min_length=1, max_length=50)]
    evidence: Annotated[str, Field(min_length=1, max_length=80)] | None = None
    why: Annotated[str, Field(min_length=1, max_length=500)] | None = None


class Superseded(Shape):
    """What ended, and what took its place."""

    pick_id: str
    superseded_by: str
    pick_version: int
    actor: str
    why: str
    at: datetime


class Voided(Shape):
    """What is void, for what, and on what evidence."""

    pick_id: str
    reason: str
    evidence: str | None
    state: str
    actor: str
    why: str
    at: datetime
