"""What a source's text may be: a name that can be kept, and an excerpt that can be shown."""

_NAME_LENGTH_MAX = 80
_EXCERPT_LENGTH_MAX = 160


def name_of(value: object) -> str | None:
    """Return a name as the source spells it, or None when it is empty, too long or not to be shown."""
    if not isinstance(value, str):
        return None
    name = value.strip()
    return name if 0 < len(name) <= _NAME_LENGTH_MAX and name.isprintable() else None


def excerpt_of(value: object) -> str:
    """Return the beginning of a record in printable ASCII, for a person who reads the quarantine."""
    text = ascii(value)
    return text if len(text) <= _EXCERPT_LENGTH_MAX else f"{text[: _EXCERPT_LENGTH_MAX - 3]}..."
