"""Artefacts that ship with the program: fitted parameters and alias tables, read as bytes."""

from importlib.resources import files

from closeline.domain.errors import NotFound

_FOLDER = "artefacts"


def read_artefact(name: str) -> bytes:
    """Return the bytes of the packaged file `name`, such as 'aliases.json'; raises NotFound for another."""
    artefact = files("closeline.store").joinpath(_FOLDER).joinpath(name)
    if "/" in name or "\\" in name or not artefact.is_file():
        message = f"artefact must be one of {', '.join(artefact_names()) or 'none'}, was {name!r}"
        raise NotFound(message)
    return artefact.read_bytes()


def artefact_names() -> tuple[str, ...]:
    """Return the names of all packaged artefacts, sorted."""
    folder = files("closeline.store").joinpath(_FOLDER)
    return tuple(sorted(item.name for item in folder.iterdir() if item.name.endswith(".json")))
