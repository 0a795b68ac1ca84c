"""The news of a slate: who may be missing, by the record, and what of it a game's quotes cannot know yet.

A player whom nobody has valued is named and contributes nothing: what he is worth is never guessed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from closeline.domain.forecasts.injuries import Absence, PlayerValue, injury_news
from closeline.domain.leagues import League
from closeline.domain.markets import Side
from closeline.store import injuries
from closeline.store.evaluations import Evaluation
from closeline.store.forecasts import RunInput
from closeline.store.injuries import REPORT_AGE_MAX, InjuryReport
from closeline.store.references import EventVersion
from closeline.store.session import Session

VALUES, REPORT = "PLAYER_VALUES", "INJURY_REPORT"
# Where nothing was quoted, nothing is in a quote.
UNQUOTED = datetime.min.replace(tzinfo=UTC)

Values = Mapping[tuple[str, str], PlayerValue]


@dataclass(frozen=True, slots=True)
class Injuries:
    """What the record knows of who may be missing in a game.

    absences: every report of a valued player. kept: what the quotes cannot know. dropped: what is in them.
    unvalued: who is newly reported and has no value. inputs: what a forecast that uses the kept ones is made from.
    """

    absences: tuple[Absence, ...] = ()
    kept: tuple[Absence, ...] = ()
    dropped: tuple[Absence, ...] = ()
    unvalued: tuple[Absence, ...] = ()
    inputs: tuple[RunInput, ...] = ()


def injuries_of(
    session: Session, league: League, games: Sequence[EventVersion], markets: Sequence[Sequence[Evaluation]], *,
    as_of: datetime, inputs: Sequence[RunInput] | None = None,
) -> tuple[Injuries, ...]:  # fmt: skip
    """Return what was known at `as_of` of who may be missing in each game, beside the quotes in `markets`.

    inputs: what a stored run was made from; then its own reports and values are taken, and nothing else of the record.
    """
    version, values = _values(session, league, as_of, inputs)
    teams = {team for game in games for team in (game.home_team_id, game.away_team_id)}
    found = injuries.reports(session, league=league, team_ids=teams, since=as_of - REPORT_AGE_MAX, as_of=as_of)
    if inputs is not None:
        used = {item.reference for item in inputs if item.kind == REPORT}
        found = [report for report in found if report.report_id in used]
    return tuple(
        _of_game(game, [item.received_at for item in priced], found, version, values)
        for game, priced in zip(games, markets, strict=True)
    )


def _values(session: Session, league: League, as_of: datetime, inputs: Sequence[RunInput] | None) -> tuple[str, Values]:
    """Return the version and the values in force, or those of a stored run; nothing where there are none."""
    if inputs is None:
        version, values = injuries.values_in_force(session, league=league, as_of=as_of) or ("", None)
        return version, values.by_player() if values else {}
    version = next((item.reference for item in inputs if item.kind == VALUES), "")
    return version, injuries.values_of(session, version).by_player() if version else {}


def _of_game(
    game: EventVersion, quoted: Sequence[datetime], found: Sequence[InjuryReport], version: str, values: Values
) -> Injuries:
    quotes_at = max(quoted, default=UNQUOTED)
    sides = {game.home_team_id: Side.HOME, game.away_team_id: Side.AWAY}
    told = [(report, _absence(report, sides[report.team_id], values)) for report in found if report.team_id in sides]
    valued = [(report, absence) for report, absence in told if report.player in values]
    nameless = [absence for report, absence in told if report.player not in values]
    news = injury_news((absence for _, absence in valued), quotes_at)
    kept = {(absence.side, absence.player) for absence in news.kept}
    used = [report.report_id for report, absence in valued if (absence.side, absence.player) in kept]
    inputs = [RunInput(VALUES, version), *(RunInput(REPORT, name) for name in used)] if used else []
    return Injuries(
        tuple(absence for _, absence in valued), news.kept, news.dropped, injury_news(nameless, quotes_at).kept,
        tuple(inputs),
    )  # fmt: skip


def _absence(report: InjuryReport, side: Side, values: Values) -> Absence:
    """Return a report as an absence; whoever spells the player, he goes by the name under which he is valued."""
    value = values.get(report.player)
    name, points = (value.player, value.value_points) if value else (report.player_name, 0.0)
    return Absence(side, name, points, report.status, report.known_at)
