"""What an event is: something that happened, told by names and counts alone."""

from dataclasses import asdict, dataclass
from typing import ClassVar

SYSTEM_CHAIN = "SYSTEM"


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to one league. `chain` says whose log it belongs to; null is the tenant's own."""

    chain: ClassVar[str | None] = None
    league: str

    @property
    def name(self) -> str:
        """Return the event's name, as the log and the reactions spell it."""
        return type(self).__name__

    def body(self) -> dict[str, str | int | float | bool | None]:
        """Return the event's fields, JSON scalars all."""
        return asdict(self)
