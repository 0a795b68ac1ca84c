"""The rule sets that picks name: the first one, or what a configuration made of it."""

from collections.abc import Collection, Mapping
from datetime import datetime

from closeline.domain.leagues import League
from closeline.domain.settlement import SETTLEMENT_RULES, SettlementRules
from closeline.domain.settlement.configured import rules_of
from closeline.store import models
from closeline.store.session import Session


def rules_named(
    session: Session, names: Collection[str], *, tenant_id: str, at: datetime
) -> Mapping[str, SettlementRules]:
    """Return the rule sets of these names; one that no configuration holds is left out."""
    if not set(names) - set(SETTLEMENT_RULES):
        return SETTLEMENT_RULES
    made = [
        rules_of(version.content, league)
        for version in models.configs(session, tenant_id=tenant_id, as_of=at)
        for league in League
    ]
    return {**{rules.version: rules for rules in made}, **SETTLEMENT_RULES}


def rules_in_force(session: Session, league: League, *, tenant_id: str, at: datetime) -> SettlementRules:
    """Return the rule set by which a league's results are decided now."""
    return rules_of(models.config(session, tenant_id=tenant_id, as_of=at)[1], league)
