"""Props: what is forecast of a day's players, and of one of them as a whole distribution."""

from datetime import date
from typing import Annotated

from fastapi import Path, Query

from closeline.api.dependencies import Calling
from closeline.api.guard import guarded
from closeline.domain.leagues import league_day
from closeline.domain.props.statistics import Statistic
from closeline.jobs.props import predicting
from closeline.schemas.props.predictions import PlayerDistribution, Predictions
from closeline.tenancy.access import Permission

reading = guarded(Permission.READ, tags=["props"])

Day = Annotated[date | None, Query(alias="date", description="The league day; today's in New York unless said.")]
Statistics = Annotated[list[Statistic], Query(max_length=5, description="Which statistics; repeat it for more.")]
PlayerId = Annotated[str, Path(min_length=1, max_length=200)]


@reading.get("/props/predictions")
def predictions(
    caller: Calling, day: Day = None, statistic: Statistics = list(Statistic)  # noqa: B006
) -> Predictions:  # fmt: skip
    """Show what is forecast of everybody who is expected to play on a day, each statistic apart."""
    wanted = tuple(item for item in Statistic if item in statistic)
    return predicting.predict(caller.desk, day or league_day(caller.desk.clock()), wanted or tuple(Statistic))


@reading.get("/props/players/{player_id}/distribution")
def distribution(
    caller: Calling, player_id: PlayerId, day: Day = None, statistic: Statistic = Statistic.PRA
) -> PlayerDistribution:
    """Show one player's whole distribution, and the chances at lines."""
    return predicting.distribution(caller.desk, day or league_day(caller.desk.clock()), player_id, statistic)
