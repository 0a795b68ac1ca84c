"""What a job is to whoever runs it: one transaction, or an errand with a transaction before it and one after it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Generic, TypeVar

from closeline.domain.events import Event
from closeline.jobs.desk import Desk
from closeline.store.session import Session

Planned = TypeVar("Planned")
Home = TypeVar("Home")
# JSON scalars, so that any queue can carry them.
Arguments = Mapping[str, str | int | float | bool | None]
Effect = Callable[[Session, Desk, Arguments], Sequence[Event]]


def always(desk: Desk, arguments: Arguments) -> bool:
    """Say that a job has something to do, whatever it is asked."""
    del desk, arguments
    return True


@dataclass(frozen=True, slots=True)
class Job:
    """A job that stays inside the record: one transaction.

    `due` says from the desk and the arguments alone whether there is anything to do; where not, no transaction opens.
    `deadline`: after so long a job that has not ended is given up, or told about where it cannot be stopped.
    """

    keep: Effect
    due: Callable[[Desk, Arguments], bool] = always
    deadline: timedelta = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Apart(Generic[Home]):
    """How what an errand brought home is kept part by part, each in a transaction of its own.

    `kept` is told of each part that is in the record; `rescue` gets one that could not be kept, and why.
    """

    split: Callable[[Home], Sequence[Home]]
    kept: Callable[[Desk, Home], None]
    rescue: Callable[[Desk, Home, Exception], None]


@dataclass(frozen=True, slots=True)
class Errand(Generic[Planned, Home]):
    """A job that touches the world: a transaction to plan, none while it is out, and one to keep what it brought.

    What it plans is committed before it goes out. With `apart` what it brought is kept in parts, and nothing is lost by
    what befalls one of them.
    """

    plan: Callable[[Session, Desk, Arguments], Planned]
    perform: Callable[[Desk, Planned], Home]
    keep: Callable[[Session, Desk, Arguments, Home], Sequence[Event]]
    due: Callable[[Desk, Arguments], bool] = always
    deadline: timedelta = timedelta(minutes=5)
    apart: Apart[Home] | None = None
