"""The rules by which a league's picks settle and close."""

from closeline.schemas.shape import Shape


class Rule(Shape):
    """A rule that may be changed: its value now, and what it means."""

    name: str
    value: object
    meaning: str


class Rules(Shape):
    """A league's rules by their versions; `changed` is null where they were only shown."""

    league: str
    config_version: str
    settlement_rules: str
    clv_rules: str
    rules: list[Rule]
    changed: list[str] | None
