"""Walking: the worlds of one game, walked through in pieces. A world is drawn from its number, wherever."""

import base64
import json
import zlib
from collections.abc import Iterator
from dataclasses import astuple, dataclass
from functools import lru_cache

import numpy as np

from closeline.domain.errors import CorruptRecord
from closeline.domain.ids import sha256_hex
from closeline.domain.ports import Executor, Part
from closeline.jobs.desk import Desk
from closeline.maths.simulate.aim import Aimed
from closeline.maths.simulate.catalogue import read_artefact
from closeline.maths.simulate.news import Shift, aimed_with_news
from closeline.maths.simulate.sport import Rules
from closeline.maths.simulate.worlds import Worlds, simulate
from closeline.store import models
from closeline.store.session import unit_of_work

WORK = "simulate.worlds"
PIECE = 100_000


@dataclass(frozen=True, slots=True)
class Walk:
    """All that the worlds of a game are made from: the model's version, the rules, the means, the news and the seed."""

    version: str
    rules: Rules
    margin: float
    total: float
    shifts: tuple[Shift, ...]
    seed: int


def walk_apart(executor: Executor, walk: Walk, worlds: int, piece: int = PIECE) -> Worlds:
    """Walk through so many worlds in pieces; the same bits as in one. CorruptRecord for a harmed piece."""
    answers = executor.map(WORK, list(_parts(walk, worlds, piece)))
    scores = np.concatenate([_scores(answer) for answer in answers])
    assert len(scores) == worlds, "pieces must be whole"
    return Worlds(scores, np.ones(worlds))


def _parts(walk: Walk, worlds: int, piece: int) -> Iterator[Part]:
    # A seed may be wider than what JSON readers keep exact; a float's shortest spelling is read back exactly.
    made: dict[str, str | int | float | bool | None] = {
        "version": walk.version, "season": walk.rules.season, "playoff": walk.rules.playoff, "margin": walk.margin,
        "total": walk.total, "shifts": json.dumps([astuple(shift) for shift in walk.shifts]), "seed": str(walk.seed),
    }  # fmt: skip
    for begin in range(0, worlds, piece):
        yield made | {"begin": begin, "count": min(piece, worlds - begin)}


def walk_part(desk: Desk, part: Part) -> Part:
    """Walk through one piece of a game's worlds; the game is made anew from what the part names."""
    with unit_of_work(desk.engine, write=False) as session:
        content = models.content_of(session, str(part["version"]))
    aim = _aimed(
        content, int(part["season"] or 0), bool(part["playoff"]), float(part["margin"] or 0.0),
        float(part["total"] or 0.0), str(part["shifts"]),
    )  # fmt: skip
    count = int(part["count"] or 0)
    walked = simulate(aim.game, count, int(str(part["seed"])), begin=int(part["begin"] or 0))
    plain = walked.scores.astype("<i2").tobytes()
    packed = base64.b64encode(zlib.compress(plain, 1)).decode()
    return {"scores": packed, "periods": walked.scores.shape[1], "sha": sha256_hex(plain)}


@lru_cache(maxsize=8)
def _aimed(content: str, season: int, playoff: bool, margin: float, total: float, shifts: str) -> Aimed:  # noqa: FBT001
    model = read_artefact(content).model
    return aimed_with_news(model, Rules(season, playoff), margin, total, [Shift(*each) for each in json.loads(shifts)])


def _scores(answer: Part) -> np.ndarray[tuple[int, int, int], np.dtype[np.int16]]:
    plain = zlib.decompress(base64.b64decode(str(answer["scores"])))
    if sha256_hex(plain) != answer["sha"]:
        raise CorruptRecord("worlds must arrive as they were walked through, a piece did not")
    return np.frombuffer(plain, "<i2").astype(np.int16).reshape(-1, int(answer["periods"] or 0), 2)
