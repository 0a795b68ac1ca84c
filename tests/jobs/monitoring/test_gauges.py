"""What a scrape is told of how the desk stands: named figures while the record answers, and that it does not otherwise."""

from dataclasses import replace

from closeline.jobs.showing.gauges import TEXTS, gauges
from closeline.providers.boards import MemoryShelf
from closeline.store.database.engine import open_engine
from tests.builders.desks import a_desk
from tests.builders.fixtures import seeded
from tests.builders.shown_boards import a_shown_board

__all__ = ["seeded"]


def told(desk):
    return {gauge.name: gauge.value for gauge in gauges(desk)}


def test_a_desk_tells_what_waits_and_how_old_its_board_is(seeded):
    desk = a_desk(seeded, [])
    shelf = MemoryShelf()
    board = a_shown_board(at=desk.clock())
    shelf.put(board)
    found = told(replace(desk, board=shelf))

    assert set(found) <= set(TEXTS)
    assert found["closeline_record_up"] == 1.0
    assert (found["closeline_mapping_open"], found["closeline_reactions_waiting"]) == (0, 0)
    assert (found["closeline_board_rows"], found["closeline_board_version"]) == (len(board.rows), board.version)
    assert found["closeline_board_age_seconds"] == 0.0


def test_a_record_without_its_tables_is_told_as_down_and_the_rest_goes_on(seeded, tmp_path):
    empty = open_engine(f"sqlite:///{tmp_path / 'empty.db'}")
    shelf = MemoryShelf()
    desk = replace(a_desk(seeded, []), engine=empty, board=shelf)
    shelf.put(a_shown_board(at=desk.clock()))
    found = told(desk)
    empty.dispose()

    assert found["closeline_record_up"] == 0.0
    assert "closeline_mapping_open" not in found
    assert found["closeline_board_version"] == 1
