"""The prop models that a record holds, read once each: what a forecast of players asks for."""

from collections.abc import Sequence
from datetime import datetime

from closeline.domain.leagues import League
from closeline.domain.props.statistics import Statistic
from closeline.maths.props.model import PropModel
from closeline.store.players import models
from closeline.store.session import Session


class StoredModels:
    """Models by their versions, verified against the desk's key as they are read."""

    def __init__(self, trusted: str) -> None:
        """Begin with none read; `trusted` is the public half of the desk's key."""
        self._trusted = trusted
        self._read: dict[str, PropModel] = {}

    def in_force(self, session: Session, league: League, *, as_of: datetime) -> Sequence[PropModel]:
        """Return the newest model of each statistic that existed at a moment."""
        newest: dict[Statistic, str] = {}
        for item in models.versions(session, league=league, as_of=as_of):
            newest.setdefault(item.statistic, item.version)
        return [self.named(session, newest[statistic]) for statistic in Statistic if statistic in newest]

    def named(self, session: Session, version: str) -> PropModel:
        """Return a model by its version; raises NotFound for no such one, CorruptRecord for one that was changed."""
        if version not in self._read:
            self._read[version] = models.load(session, version, trusted=self._trusted)
        return self._read[version]
