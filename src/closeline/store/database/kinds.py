"""Kinds in SQL: the rows of every market of one kind, whosever number each is about."""

from sqlalchemy import BindParameter, ColumnElement, func, or_


def of_kind(column: ColumnElement[str], kind: BindParameter[str]) -> ColumnElement[bool]:
    """Return which rows hold a market of a kind: the kind itself, or a player's key, which begins with it.

    Compared letter by letter: in a pattern the underscore of PLAYER_PRA would stand for anything.
    """
    return or_(column == kind, func.substr(column, 1, func.length(kind) + 1) == kind.op("||")(":"))
