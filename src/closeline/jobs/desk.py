"""The desk: everything that jobs are handed, built once and never changed."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

from closeline.domain.captures import ParsedPayload, RawPayload
from closeline.domain.clock import Clock
from closeline.domain.identity import AliasTable
from closeline.domain.leagues import league_day
from closeline.domain.ports import Channel
from closeline.flow.forecast import EXACT, Engine
from closeline.jobs.shelf import Shelf
from closeline.store.database.engine import Engine as Database
from closeline.store.past.ratings import RatingBook
from closeline.store.past.totals import TotalsBook
from closeline.store.references import alias_count, alias_table
from closeline.store.session import Session


class AliasBook:
    """The alias table, kept until an alias is added."""

    def __init__(self) -> None:
        """Start cold."""
        self._table: AliasTable | None = None
        self._count = -1

    def table(self, session: Session) -> AliasTable:
        """Return the table as the record holds it now."""
        count = alias_count(session)
        if self._table is None or count != self._count:
            self._table, self._count = alias_table(session), count
        return self._table


@dataclass(frozen=True, slots=True)
class Desk:
    """What a job may use.

    `publish_from` is the first league day on which anything is gated and published; null means always. `read` reads
    stored bytes again, by whichever feed recognises them.
    """

    engine: Database
    clock: Clock
    tenant_id: str
    shelf: Shelf
    channels: tuple[Channel, ...] = ()
    publish_from: date | None = None
    read: Callable[[RawPayload], ParsedPayload] | None = None
    forecasting: Engine = EXACT
    ratings: RatingBook = field(default_factory=RatingBook)
    totals: TotalsBook = field(default_factory=TotalsBook)
    aliases: AliasBook = field(default_factory=AliasBook)

    def warming_up(self) -> bool:
        """Say whether the desk is still before the first day on which it publishes."""
        return self.publish_from is not None and league_day(self.clock()) < self.publish_from
