"""Many questions of one record: how rare each answer is among all that were asked."""

from collections.abc import Sequence


def holm(p_values: Sequence[float]) -> tuple[float, ...]:
    """Return each p value adjusted for all of them: rejecting what is at most a errs anywhere at a rate of a at most.

    p_values: in [0, 1], in any order, dependent in any way; the answer has their order. A value that is not a number
    counts as 1. Source: Holm (1979), "A simple sequentially rejective multiple test procedure".
    """
    asked = [value if 0.0 <= value <= 1.0 else 1.0 for value in p_values]
    adjusted, reached = [1.0] * len(asked), 0.0
    for rank, place in enumerate(sorted(range(len(asked)), key=asked.__getitem__)):
        reached = max(reached, min(1.0, (len(asked) - rank) * asked[place]))
        adjusted[place] = reached
    return tuple(adjusted)
