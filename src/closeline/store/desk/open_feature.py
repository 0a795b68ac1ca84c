"""Flags through OpenFeature: the record is the provider, and every question is asked of the standard's own client.

A book holds the settings as one transaction saw them, for one job or request, and is thrown away with it: nothing is
remembered beside the record. Without any setting nothing is asked, and the library is not even read.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from closeline.domain.governance.flags import Resolved, Setting, resolve
from closeline.store.desk import flags
from closeline.store.session import Session

if TYPE_CHECKING:
    from openfeature.client import OpenFeatureClient


class FlagBook:
    """The flags as they stood when they were read."""

    def __init__(self, settings: Sequence[Setting]) -> None:
        """Hold the settings that concern one tenant."""
        self.settings = tuple(settings)
        self._client: OpenFeatureClient | None = None

    def is_on(self, name: str, *, league: str = "", market: str = "") -> bool:
        """Say whether a flag is on for a league and a market; raises BadInput for a name that nobody knows.

        Whatever goes wrong while it is asked, the answer is no: a fault lets nothing out.
        """
        found = resolve((), name) if not self.settings else self.resolved(name, league=league, market=market)
        return found.is_on and (not self.settings or self._asked(name, league, market))

    def resolved(self, name: str, *, league: str = "", market: str = "") -> Resolved:
        """Return whether a flag is on, and by which setting."""
        return resolve(self.settings, name, league=league, market=market)

    def _asked(self, name: str, league: str, market: str) -> bool:
        from openfeature.evaluation_context import EvaluationContext

        if self._client is None:
            from closeline.store.desk.open_feature_provider import client_of

            self._client = client_of(self)
        where = EvaluationContext(attributes={"league": league, "market": market})
        return self._client.get_boolean_value(name, False, where)


def flag_book(session: Session, *, tenant_id: str) -> FlagBook:
    """Return the flags of a tenant as this transaction sees them."""
    return FlagBook(flags.settings(session, tenant_id=tenant_id))
