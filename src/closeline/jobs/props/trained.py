"""Trained: what a training came to, in the shape in which it crosses the edge, and when another one is due."""

from __future__ import annotations

from typing import TYPE_CHECKING

from closeline.jobs.props.ahead import day_of
from closeline.maths.props.scores import LEVELS
from closeline.schemas.props import running as shapes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from closeline.maths.props.training.course import TrainedStatistic
    from closeline.maths.props.training.report import Figures

# How many of the features that gained most are told.
_GAINS = 15


def training_shape(trained: Sequence[TrainedStatistic], seconds: float) -> shapes.Training:
    """Return what a training came to."""
    return shapes.Training(models=[_model(item) for item in trained], seconds=seconds)


def figures(found: Figures) -> shapes.Figures:
    """Return figures with days in place of their numbers."""
    covered = dict(zip(LEVELS, found.covered, strict=True))
    return shapes.Figures(
        name=found.name, n=found.n, first_day=day_of(found.first_day), last_day=day_of(found.last_day), mae=found.mae,
        crps=found.crps, log_score=found.log_score, covered_50=covered[0.5], covered_80=covered[0.8],
        covered_95=covered[0.95], pit_gap=found.pit_gap, spread=found.spread,
    )  # fmt: skip


def _model(item: TrainedStatistic) -> shapes.TrainedModel:
    manifest = item.manifest
    data = manifest.data
    gains = sorted(manifest.gains, key=lambda gain: (-gain.share, gain.feature))[:_GAINS]
    return shapes.TrainedModel(
        statistic=str(manifest.statistic), version=manifest.version, family=str(manifest.family),
        library=str(manifest.settings.library), rows=data.rows, trained_from=day_of(data.first_day),
        trained_to=day_of(data.last_day), total=figures(item.report.total),
        baselines=[figures(each) for each in item.report.baselines],
        regulars=[figures(each) for each in item.report.regulars],
        folds=[figures(each) for each in item.report.folds],
        gains=[shapes.Gain(feature=gain.feature, share=gain.share) for gain in gains],
    )  # fmt: skip
