"""Flags, kill switches and alerts, as the command line and the API show them and are asked for them."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict

from closeline.schemas.shape import Shape


class Flag(Shape):
    """A flag: whether it is on wherever nothing else is said, whether it can be off at all, and who set it last.

    `scope` is null for a flag that nobody ever set.
    """

    name: str
    scope: str | None
    is_on: bool
    locked: bool
    actor: str | None
    why: str | None
    at: datetime | None


class Flags(Shape):
    """Every flag, each with its settings; a flag is off where any setting that applies says so."""

    flags: list[Flag]


class KillSwitch(Shape):
    """A switch that is on: of what, why, since when and by whom. `cause` is BY_HAND or the kind of the rule's alert."""

    switch_id: str
    scope: str
    cause: str
    actor: str
    why: str
    at: datetime


class SwitchStep(KillSwitch):
    """A step that was taken with a switch: ON or LIFTED."""

    step: str


class KillSwitches(Shape):
    """The switches that are on, oldest first, and the last steps, newest first."""

    switched_on: list[KillSwitch]
    steps: list[SwitchStep]


class Lifted(Shape):
    """The switches that were lifted now."""

    lifted: list[KillSwitch]


class AlertLine(Shape):
    """Something that is or was wrong: how bad, how often it was met, who has seen it, and where its mend is written.

    `acts` is what it sets going by itself; empty where it only tells.
    """

    alert_id: str
    kind: str
    scope: str
    league: str
    severity: str
    text: str
    opened_at: datetime
    last_at: datetime
    repeats: int
    closed_at: datetime | None
    acknowledged_at: datetime | None
    acknowledged_by: str | None
    acknowledged_why: str | None
    runbook: str
    routes: list[str]
    acts: str


class Alerts(Shape):
    """Incidents, the last met first."""

    alerts: list[AlertLine]


class LeagueMode(Shape):
    """What may be published of a league now, and why no more; `flags_off` are those of its flags that are off."""

    league: str
    mode: str
    reasons: list[str]
    flags_off: list[str]


class Duty(Shape):
    """What whoever is on duty looks at first: the mode of each league, switches that are on, and open alerts."""

    modes: list[LeagueMode]
    switched_on: list[KillSwitch]
    alerts: list[AlertLine]


class Asked(BaseModel):
    """A request: nothing beside what it names."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class SetFlag(Asked):
    """A flag to be set in a scope, and why."""

    scope: str
    is_on: bool
    why: str


class TurnOn(Asked):
    """What shall stand still, and why."""

    scope: str
    why: str


class Because(Asked):
    """Why somebody does it."""

    why: str
