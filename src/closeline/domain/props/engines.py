"""What the runs of prop models are called, so that whoever reads runs of games can leave them out."""

# What the engine of such a run is called at its beginning; the version of its procedure follows.
PROPS = "props-"
ENGINE = f"{PROPS}v1"


def is_props(engine: str) -> bool:
    """Say whether a run was made by a model of players, not of games."""
    return engine.startswith(PROPS)
