"""A small file that a person wrote: its text, or one line that says what is wrong with it."""

from pathlib import Path

from closeline.domain.errors import UnreadableFile

SIZE_MAX = 64 * 1024  # a document of forty keys fills a hundredth of this


def text_of(path: Path, mend: str) -> str:
    """Return the text of a file in UTF-8; UnreadableFile where it cannot be read or is too large, with the mend.

    Raises ValueError for bytes that are no text: the caller names the format that it expected.
    """
    try:
        with path.open("rb") as file:
            content = file.read(SIZE_MAX + 1)
    except (OSError, ValueError) as fault:
        reason = fault.strerror if isinstance(fault, OSError) else fault
        raise UnreadableFile(f"{path} must be a file that can be read, was not: {reason}; {mend}") from None
    if len(content) > SIZE_MAX:
        raise UnreadableFile(f"{path} must be at most {SIZE_MAX} bytes, was more; {mend}")
    return content.decode("utf-8-sig")
