"""A run of players made: the model's moments become a sheet, and the sheet's lines predictions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from closeline.domain.clock import micros
from closeline.domain.digits import of_fit
from closeline.domain.ids import content_id
from closeline.domain.markets import Side
from closeline.domain.props.engines import ENGINE
from closeline.domain.props.statistics import statistic_of
from closeline.flow.forecast.chain import chained
from closeline.maths.props.distributions import PropForecast
from closeline.maths.props.families import Family
from closeline.maths.props.sheet import PlayerForecast, Sheet
from closeline.store.forecasts import Forecast, Prediction, Run, RunInput

if TYPE_CHECKING:
    from collections.abc import Sequence

    from closeline.flow.forecast.props.context import Context
    from closeline.flow.forecast.props.known import Known
    from closeline.flow.forecast.props.lines import Line
    from closeline.maths.props.model import PropModel

# The chance that a quoted player plays of whom no report speaks. A declared prior, since logs hold only who played: of
# 2,789 players quoted for a game in October and November 2025, 113 have no row of it.
PLAYS_UNREPORTED = 0.96
MODEL, LOGS, FEATURES = "PROP_MODEL", "PLAYER_LOGS", "PROP_FEATURES"


def made_of(context: Context, known: Known, model: PropModel, lines: Sequence[Line]) -> Forecast | None:
    """Return the run of a model for lines of one event; null where the logs hold none of their players."""
    own = [line for line in lines if statistic_of(line.market) is model.statistic]
    own = [line for line in own if (line.event_id, line.market.player_id) in known.rows]
    if not own:
        return None
    sheet = _sheet(context, known, model, own)
    inputs = _inputs(context, known, model)
    run = _run(context, model, sheet, inputs, own)
    predictions = tuple(_prediction(context, run, sheet, line) for line in own)
    return Forecast(run, inputs, predictions, sheet.to_json())


def _sheet(context: Context, known: Known, model: PropModel, lines: Sequence[Line]) -> Sheet:
    players = sorted({line.market.player_id for line in lines})
    rows = [known.rows[context.event.event_id, player] for player in players]
    found = model.predict(np.ascontiguousarray(known.matrix[rows]))
    means, variances = found.mean.tolist(), found.variance.tolist()
    return Sheet(str(model.statistic), model.version, tuple(
        PlayerForecast(
            player, of_fit(mean), of_fit(variance), str(model.family), _plays(context, known, player),
            known.entries[context.event.event_id, player].games,
        )
        for player, mean, variance in zip(players, means, variances, strict=True)
    ))  # fmt: skip


def _plays(context: Context, known: Known, player_id: str) -> float:
    told = known.entries[context.event.event_id, player_id].plays
    return PLAYS_UNREPORTED if told is None else told


def _inputs(context: Context, known: Known, model: PropModel) -> tuple[RunInput, ...]:
    event = context.event
    return (
        RunInput("SNAPSHOT", context.snapshot_id),
        RunInput("RATING_STATE", context.rating_state.rating_state_id),
        RunInput("EVENT_VERSION", f"{event.event_id}@{event.version}"),
        RunInput(MODEL, model.version),
        RunInput(LOGS, known.data_hash),
        RunInput(FEATURES, known.features_hash),
    )


def _run(
    context: Context, model: PropModel, sheet: Sheet, inputs: Sequence[RunInput], lines: Sequence[Line]
) -> Run:  # fmt: skip
    name = content_id(
        "run", context.tenant_id, context.event.event_id, micros(context.as_of), ENGINE, str(model.statistic),
        *(item.reference for item in inputs), *(line.market.key for line in lines),
    )  # fmt: skip
    # A run's name is the hash of all that it is made from, so its seed is one too; nothing here is drawn.
    return Run(
        name, context.tenant_id, context.league, context.event.event_id, context.as_of, ENGINE, int(name[:15], 16),
        context.ratings_version, model.version, context.config_version, context.margin_mean, context.margin_sd,
        context.total_mean, context.total_sd, None, 0, None, content_id("sheet", sheet.to_json()),
    )  # fmt: skip


def _prediction(context: Context, run: Run, sheet: Sheet, line: Line) -> Prediction:
    """Return a line's prediction. Its push is the chance that the stake comes back: an exact number, or no game."""
    player = sheet.of(line.market.player_id)
    if player is None:
        raise ValueError(f"sheet must hold {line.market.player_id}, did not")
    forecast = PropForecast(player.mean, player.variance, Family(player.family), player.plays)
    chances = forecast.chances(Side.OVER, line.line_quarters)
    back = 1.0 - player.plays * (1.0 - chances.push)
    return chained(run, line, no_push=chances.no_push, push=back, learned=context.learned)
