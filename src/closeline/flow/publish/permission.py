"""Permission: what keeps a pick from going out, read in the transaction that publishes, and true until it ends."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from closeline.domain.feeds.mode import Standing, withholds
from closeline.domain.governance.flags import publishing_flags
from closeline.domain.governance.modes import KILL_SWITCH, Situation, situation
from closeline.domain.governance.switches import Switch, first, stops_publishing
from closeline.domain.leagues import League
from closeline.domain.picks import Decision, Tier
from closeline.store.desk import restored, switches
from closeline.store.desk.open_feature import FlagBook, flag_book
from closeline.store.desk.picks import Pick
from closeline.store.session import Session

FLAG_OFF = "FLAG_OFF"


@dataclass(frozen=True, slots=True)
class Permission:
    """What may be published of a league now: its situation, every switch that is on, and the flags as they stand."""

    league: League
    situation: Situation
    switches: tuple[Switch, ...]
    flags: FlagBook

    def refuses(self, market: str, decision: Decision, tier: Tier) -> str | None:
        """Return why a pick on a type of market must not go out; null when it may."""
        if first(item for item in self.switches if stops_publishing(item, self.league, market)):
            return KILL_SWITCH
        found = replace(self.situation.feed, mode=self.situation.mode)
        return withholds(found, decision, tier) or self._flagged(market)

    def _flagged(self, market: str) -> str | None:
        names = publishing_flags(self.league, market)
        return None if all(self.flags.is_on(name, league=self.league, market=market) for name in names) else FLAG_OFF


def read(
    session: Session, *, tenant_id: str, league: League, standing: Standing, disk_free: float | None = None
) -> Permission:  # fmt: skip
    """Return what may be published of a league, and let nobody turn a switch or flag until this transaction ends.

    To be called before anything is written to the log: see `store/desk/switches.py`.
    """
    switches.stand_still(session)
    found = switches.turned_on(session, tenant_id=tenant_id)
    where = situation(standing, found, league, disk_free=disk_free)
    return Permission(league, where, tuple(found), flag_book(session, tenant_id=tenant_id))


def withheld(
    session: Session, *, tenant_id: str, league: League, picks: Sequence[Pick], standing: Standing, at: datetime,
    disk_free: float | None = None,
) -> dict[str, str]:  # fmt: skip
    """Return the picks that must not go out, each with its reason: mode, kill switches, flags and the disk."""
    del at  # every one of them is as it stands when it is read; when it was set plays no part
    if not picks:
        return {}
    awaiting = restored.awaiting_reconciliation(session, tenant_id=tenant_id)
    if awaiting is not None:
        # A record that came out of a backup does not know what was sent since: it adds nothing to it.
        return {item.pick_id: awaiting for item in picks}
    found = read(session, tenant_id=tenant_id, league=league, standing=standing, disk_free=disk_free)
    reasons = {item.pick_id: found.refuses(item.selection.market.type, item.decision, item.tier) for item in picks}
    return {name: reason for name, reason in reasons.items() if reason is not None}
