"""Retention: what may be let go of, by a plan that is shown first, and what of it stays for ever.

Comes in: a policy, a day and the record. Goes out: a plan by name, and once it is applied, tombstones. Always true:
opens, closes, publications and whatever a pick rests on are kept, and nothing goes that no applied plan names.
"""

from closeline.store.record.retention.applied import AppliedPlan, applied, apply
from closeline.store.record.retention.plan import Plan, Tally, plan
from closeline.store.record.retention.policy import RetentionPolicy

__all__ = ["AppliedPlan", "Plan", "RetentionPolicy", "Tally", "applied", "apply", "plan"]
