"""Replaying: the record that the settings name, beside an empty one, and everybody who can read stored bytes."""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

from closeline.config import Settings
from closeline.domain.feeds.captures import RawPayload
from closeline.domain.feeds.fetching import RawItem
from closeline.domain.feeds.wants import Want
from closeline.domain.forecasts.injuries import ParsedInjuries
from closeline.domain.leagues import League
from closeline.domain.ports import InjuryFeed, LiveFeed
from closeline.jobs.desk import Desk
from closeline.providers.catalog import INJURY_READERS, InjuryReader
from closeline.providers.live import catalog as live
from closeline.store import schema
from closeline.store.database.engine import open_engine
from closeline.wiring.desks import open_desk


class _FileReader:
    """A format of injury reports, as a feed that is never asked."""

    provider = ""

    def __init__(self, reader: InjuryReader) -> None:
        """Read what the record keeps under the name of a reader."""
        self.name = reader.FEED
        self._reader = reader

    def required_items(self, want: Want) -> Sequence[RawItem]:
        """Ask for nothing."""
        del want
        return ()

    def parse(self, payload: RawPayload, league: League) -> ParsedInjuries:
        """Read the reports of a league."""
        return self._reader.parse(payload, league)


@contextmanager
def replay_desks(settings: Settings, into: str | None) -> Iterator[tuple[Desk, Desk]]:
    """Give the desk of a record, and one on an empty record: where `into` says, else in a file that goes afterwards."""
    with ExitStack() as stack:
        source = _reading(open_desk(settings))
        stack.callback(source.engine.dispose)
        url = into or f"sqlite:///{Path(stack.enter_context(tempfile.TemporaryDirectory())) / 'replay.db'}"
        engine = open_engine(url)
        stack.callback(engine.dispose)
        schema.ready(engine)
        yield source, replace(_reading(Desk(engine, source.clock, source.tenant_id, source.shelf)), read=source.read,
                              prop_models=source.prop_models)  # fmt: skip


def _reading(desk: Desk) -> Desk:
    """Return a desk that can read whatever any feed has ever brought, whether or not it may ask it now."""
    feeds: tuple[LiveFeed, ...] = live.feeds(live.NAMES, live.Offer())
    told = live.injury_feeds(live.NAMES)
    known = {feed.name for feed in told}
    files: tuple[InjuryFeed, ...] = tuple(_FileReader(item) for item in INJURY_READERS if item.FEED not in known)
    return replace(desk, feeds=feeds, injury_feeds=(*told, *files))
