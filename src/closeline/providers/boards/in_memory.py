"""The board in the memory of this process: the default, shared by the embedded jobs and the API beside them."""

from threading import Lock

from closeline.domain.board import Board
from closeline.domain.board.editions import Edition, ShelfHealth
from closeline.schemas.board.pressing import press


class MemoryShelf:
    """Holds the newest edition. To look at it costs nothing: editions never change."""

    def __init__(self) -> None:
        """Begin empty."""
        self._edition: Edition | None = None
        self._lock = Lock()

    def put(self, board: Board) -> None:
        """Make this board the newest; an older version, or the same one again, is left out."""
        if self._is_old(board):
            return
        edition = press(board)
        with self._lock:
            if not self._is_old(board):
                self._edition = edition

    def newest(self) -> Board | None:
        """Return the newest board; None before the first."""
        return None if self._edition is None else self._edition.board

    def edition(self) -> Edition | None:
        """Return the newest edition; None before the first."""
        return self._edition

    def health(self) -> ShelfHealth:
        """Say that memory is well."""
        return ShelfHealth("memory")

    def _is_old(self, board: Board) -> bool:
        return self._edition is not None and board.version <= self._edition.version
