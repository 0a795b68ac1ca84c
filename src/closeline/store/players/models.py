"""Prop models in the record: a signed manifest and the parts that it names, never changed, only followed by others."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select

from closeline.domain.clock import micros
from closeline.domain.errors import CorruptRecord, NotFound
from closeline.domain.events import SYSTEM_CHAIN
from closeline.domain.leagues import League
from closeline.domain.props.statistics import Statistic
from closeline.maths.props.training.ensemble import TrainedModel
from closeline.maths.props.training.manifest import Manifest
from closeline.store.players.signing import SigningKey, verified
from closeline.store.record import subjects
from closeline.store.record.changes import changing
from closeline.store.session import Session
from closeline.store.tables.prop_models import prop_model, prop_model_part

_MODEL = select(prop_model).where(prop_model.c.prop_model_version == bindparam("version"))
_PARTS = (
    select(prop_model_part.c.name, prop_model_part.c.content)
    .where(prop_model_part.c.prop_model_version == bindparam("version"))
    .order_by(prop_model_part.c.name)
)
_VERSIONS = (
    select(prop_model.c.prop_model_version, prop_model.c.statistic, prop_model.c.created_at)
    .where(prop_model.c.league == bindparam("league_code"), prop_model.c.created_at <= bindparam("as_of"))
    .order_by(prop_model.c.created_at.desc(), prop_model.c.prop_model_version)
)


@dataclass(frozen=True, slots=True)
class StoredModel:
    """A model that the record holds: its version, what it forecasts, and when it was trained."""

    version: str
    statistic: Statistic
    created_at: datetime


def save(
    session: Session, manifest: Manifest, parts: Mapping[str, bytes], *, league: League, key: SigningKey, at: datetime
) -> str:
    """Append a model, the same one once, signed with the desk's key; return its version."""
    version, text = manifest.version, manifest.to_json()
    if session.rows(_MODEL, {"version": version}):
        return version
    subject = subjects.name_of("prop_model", league.value, manifest.statistic.value)
    with changing(session, subject, tenant_id=SYSTEM_CHAIN, name="PropModelStored", at=at):
        session.append(
            prop_model,
            ("prop_model_version", "league", "statistic", "manifest", "public_key", "signature", "created_at"),
            [(version, league.value, manifest.statistic.value, text, key.public, key.sign(text.encode()), micros(at))],
        )
        session.append(
            prop_model_part,
            ("prop_model_version", "name", "sha256", "size", "content"),
            [(version, part.name, part.sha256, part.size, parts[part.name]) for part in manifest.parts],
        )
    return version


def load(session: Session, version: str, *, trusted: str) -> TrainedModel:
    """Return a model by its version, its signature and every part verified.

    trusted: the public half of the desk's key. Raises NotFound for an unknown version, CorruptRecord for a manifest
    that somebody else signed or changed, and for a part that is missing or has other bytes.
    """
    rows = session.rows(_MODEL, {"version": version})
    if not rows:
        raise NotFound(f"prop model {version} must be in the record, was not; see closeline props status")
    manifest = _signed(rows[0].manifest, rows[0].public_key, rows[0].signature, version, trusted)
    parts = {row.name: bytes(row.content) for row in session.rows(_PARTS, {"version": version})}
    return TrainedModel(manifest, parts)


def manifest_of(session: Session, version: str, *, trusted: str) -> Manifest:
    """Return what a model is without its parts, verified as in `load`."""
    rows = session.rows(_MODEL, {"version": version})
    if not rows:
        raise NotFound(f"prop model {version} must be in the record, was not; see closeline props status")
    return _signed(rows[0].manifest, rows[0].public_key, rows[0].signature, version, trusted)


def versions(session: Session, *, league: League, as_of: datetime) -> tuple[StoredModel, ...]:
    """Return every model of a league that existed at `as_of`, the newest first."""
    rows = session.rows(_VERSIONS, {"league_code": league.value, "as_of": as_of})
    return tuple(StoredModel(row.prop_model_version, Statistic(row.statistic), row.created_at) for row in rows)


def latest(
    session: Session, *, league: League, statistic: Statistic, as_of: datetime, trusted: str
) -> TrainedModel | None:  # fmt: skip
    """Return the newest model of a statistic that existed at `as_of`, verified; null where none was trained by then."""
    found = [item for item in versions(session, league=league, as_of=as_of) if item.statistic is statistic]
    return load(session, found[0].version, trusted=trusted) if found else None


class KeptModels:
    """The models of a record, verified once each and kept: what forecasts ask for."""

    def __init__(self, trusted: str) -> None:
        """Trust models signed with the key whose public half this is; read nothing yet."""
        self._trusted, self._kept = trusted, dict[str, TrainedModel]()

    def in_force(self, session: Session, league: League, *, as_of: datetime) -> tuple[TrainedModel, ...]:
        """Return the newest model of each statistic that existed at `as_of`, in the order of the statistics."""
        newest: dict[Statistic, str] = {}
        for item in versions(session, league=league, as_of=as_of):
            newest.setdefault(item.statistic, item.version)
        return tuple(self.named(session, newest[statistic]) for statistic in Statistic if statistic in newest)

    def named(self, session: Session, version: str) -> TrainedModel:
        """Return a model by its version; raises as `load` does."""
        if version not in self._kept:
            self._kept[version] = load(session, version, trusted=self._trusted)
        return self._kept[version]


def _signed(text: str, public: str, signature: str, version: str, trusted: str) -> Manifest:
    if public != trusted:
        message = f"prop model {version} must be signed with this desk's key, was signed with another"
        raise CorruptRecord(f"{message}; copy the key that signed it, or train again with closeline props train")
    if not verified(public, text.encode(), signature):
        raise CorruptRecord(f"the manifest of prop model {version} must be as it was signed, was changed since")
    manifest = Manifest.from_json(text)
    if manifest.version != version:
        raise CorruptRecord(f"the manifest of prop model {version} must be its own, is that of {manifest.version}")
    return manifest
