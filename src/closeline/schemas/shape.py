"""The form that every shape has: frozen, complete, and nothing beside what it names."""

from pydantic import BaseModel, ConfigDict


class Shape(BaseModel):
    """A shape that crosses the edge."""

    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_inf_nan="null", from_attributes=True)
