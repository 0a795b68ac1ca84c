"""Limits per league, read from a configuration version."""

import json

from closeline.domain.gates import Limits
from closeline.domain.leagues import League


def limits_of(config: str, league: League) -> Limits:
    """Return a league's limits from the content of a configuration version."""
    fields = json.loads(config)["leagues"][league]
    fields["quote_age_minutes"] = tuple((ahead, age) for ahead, age in fields["quote_age_minutes"])
    return Limits(**fields)
