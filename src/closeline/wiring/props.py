"""Props: where a desk's own models come from, and the key that they are signed with."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from closeline.config import Settings
from closeline.domain.leagues import League
from closeline.jobs.props.stored import StoredModels
from closeline.maths.props.model import PropModel
from closeline.store.players.signing import FILE, SigningKey, made_key, read_key
from closeline.store.session import Session
from closeline.wiring.senses import new_key


def signing_key(settings: Settings) -> SigningKey:
    """Return the key of the desk's models, made at the first asking; raises BadInput without closeline[props]."""
    return made_key(_path(settings), new_key)


def prop_models(settings: Settings) -> "KeyedModels":
    """Return where the desk's models come from; false as long as it has never trained any and holds nobody's key."""
    return KeyedModels(_path(settings))


class KeyedModels:
    """The models that a key file vouches for. The file is read when a model is first asked for: few commands do.

    A desk that was started before its first training has none until then, and finds them without a new start.
    """

    def __init__(self, path: Path) -> None:
        """Read nothing yet."""
        self._path = path
        self._models: StoredModels | None = None

    def __bool__(self) -> bool:
        """Say whether there is a key by now, so that there may be models."""
        return self._models is not None or self._path.exists()

    def in_force(self, session: Session, league: League, *, as_of: datetime) -> Sequence[PropModel]:
        """Return the models of a league in force at a moment, one of each statistic at most; none where none is."""
        return self._stored().in_force(session, league, as_of=as_of)

    def named(self, session: Session, version: str) -> PropModel:
        """Return a model by its version; raises NotFound for no such one."""
        return self._stored().named(session, version)

    def _stored(self) -> StoredModels:
        if self._models is None:
            self._models = StoredModels(read_key(self._path).public)
        return self._models


def _path(settings: Settings) -> Path:
    return settings.data_dir / FILE
