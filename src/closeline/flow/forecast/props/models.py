"""Where prop models come from: whoever keeps them, a forecast and a re-execution ask for them here."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from closeline.domain.leagues import League
from closeline.maths.props.model import PropModel
from closeline.store.session import Session


class PropModels(Protocol):
    """The trained models of a record. It may be false as long as there can be none, and true from then on."""

    def in_force(self, session: Session, league: League, *, as_of: datetime) -> Sequence[PropModel]:
        """Return the models of a league in force at a moment, one of each statistic at most; none where none is."""
        ...

    def named(self, session: Session, version: str) -> PropModel:
        """Return a model by its version; raises NotFound for no such one."""
        ...
