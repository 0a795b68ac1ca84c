"""Injury reports as live feeds."""

from collections.abc import Sequence
from dataclasses import replace

from closeline.domain.feeds.captures import RawPayload
from closeline.domain.feeds.fetching import RawItem
from closeline.domain.feeds.wants import Kind, Want
from closeline.domain.forecasts.injuries import ParsedInjuries
from closeline.domain.leagues import League
from closeline.providers import injuries
from closeline.providers.live.scores import PATHS


class EspnInjuries:
    """ESPN's injury reports of a league."""

    name = injuries.FEED
    provider = injuries.PROVIDER

    def required_items(self, want: Want) -> Sequence[RawItem]:
        """Return the reports of a league; none for any other want."""
        if want.kind is not Kind.INJURIES or want.league is None:
            return ()
        return (RawItem(self.name, f"/apis/site/v2/sports/{PATHS[want.league]}/injuries"),)

    def parse(self, payload: RawPayload, league: League) -> ParsedInjuries:
        """Read the reports of a league; they were received when the desk says, whatever the bytes say of their time."""
        return replace(injuries.parse(payload, league), received_at=payload.received_at)
