"""People, as whoever runs the desk sees them."""

from datetime import datetime

from closeline.schemas.shape import Shape


class Person(Shape):
    """Somebody by their reference; all but that and the times is null once they are forgotten."""

    person_id: str
    handle: str | None
    name: str | None
    email: str | None
    telegram_id: str | None
    added_at: datetime
    erased_at: datetime | None


class People(Shape):
    """Everybody whom the desk knows, and what is left of whom it has forgotten."""

    people: list[Person]
