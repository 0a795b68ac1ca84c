"""Shelves: where the newest board lies. In this process by default, in Redis where many processes show one board.

Both are `ports.BoardShelf`. A shelf is a cache and nothing else: whatever befalls it, no capture stops, no record is
wrong, and who looks at the board sees the last one that this process had, with the word that it is that.
"""

from closeline.domain.clock import Clock
from closeline.domain.errors import BadSetting
from closeline.domain.ports import BoardShelf
from closeline.providers.boards.in_memory import MemoryShelf

MEMORY = "memory://"
_REDIS = ("redis://", "rediss://", "unix://")


def board_shelf(url: str, clock: Clock) -> BoardShelf:
    """Return the shelf at an address; raises BadSetting for one that is none, or without the package that it needs."""
    if url == MEMORY:
        return MemoryShelf()
    if not url.startswith(_REDIS):
        raise BadSetting(f"setting board_url must begin with {MEMORY} or {', '.join(_REDIS)}, did not")
    try:
        from closeline.providers.boards.in_redis import RedisShelf
    except ModuleNotFoundError as fault:
        raise BadSetting(
            "setting board_url must be memory:// where the package redis is missing; install closeline[production]"
        ) from fault
    return RedisShelf(url, clock)


__all__ = ["MEMORY", "MemoryShelf", "board_shelf"]
