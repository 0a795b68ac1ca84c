"""What ships with the program: fitted parameters and alias tables as bytes, and the version of the code itself."""

import hashlib
import re
from functools import cache
from importlib.resources import files
from pathlib import Path

import closeline
from closeline.domain.errors import NotFound

_FOLDER = "artefacts"
_COMMIT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
# A short name: of code, and of a commit where there is one.
_LETTERS = 12


def read_artefact(name: str) -> bytes:
    """Return the bytes of the packaged file `name`, such as 'aliases.json'; raises NotFound for another."""
    artefact = files("closeline.store").joinpath(_FOLDER).joinpath(name)
    if "/" in name or "\\" in name or not artefact.is_file():
        message = f"artefact must be one of {', '.join(artefact_names()) or 'none'}, was {name!r}"
        raise NotFound(message)
    return artefact.read_bytes()


def packaged_limits() -> str:
    """Return the content of the configuration that this version ships with."""
    return read_artefact("limits.json").decode()


def artefact_names() -> tuple[str, ...]:
    """Return the names of all packaged artefacts, sorted."""
    folder = files("closeline.store").joinpath(_FOLDER)
    return tuple(sorted(item.name for item in folder.iterdir() if item.name.endswith(".json")))


@cache
def code_version() -> str:
    """Return the version of the code that runs: `0.1.0+` and a hash of its files, then `.g` and a commit if known."""
    package = Path(closeline.__file__).parent
    commit = commit_of(package.parents[1]) if package.parent.name == "src" else None
    version = f"{closeline.__version__}+{code_hash(package)[:_LETTERS]}"
    return f"{version}.g{commit[:_LETTERS]}" if commit else version


def code_hash(package: Path) -> str:
    """Return the SHA-256 of a package's Python files, by name and content, in the order of their names."""
    digest = hashlib.sha256()
    for name, path in sorted((path.relative_to(package).as_posix(), path) for path in package.rglob("*.py")):
        content = path.read_bytes()
        digest.update(f"{name}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()


def commit_of(checkout: Path) -> str | None:
    """Return the commit that a checkout stands at, read from its files; null where there is none or it is broken."""
    try:
        return _commit_of(checkout / ".git")
    except (OSError, ValueError):
        return None


def _commit_of(git: Path) -> str | None:
    if git.is_file():
        # A second working tree names the folder that holds what is its own.
        git = git.parent / _text(git).removeprefix("gitdir: ")
    head = _text(git / "HEAD")
    shared = git / "commondir"
    common = git / _text(shared) if shared.is_file() else git
    if not head.startswith("ref: "):
        return _whole(head)
    name = head.removeprefix("ref: ")
    loose = next((folder / name for folder in (git, common) if (folder / name).is_file()), None)
    return _whole(_text(loose)) if loose else _packed(common / "packed-refs", name)


def _packed(path: Path, name: str) -> str | None:
    lines = (line.split() for line in _text(path).splitlines())
    return next((_whole(words[0]) for words in lines if words[1:] == [name]), None)


def _whole(text: str) -> str | None:
    return text if _COMMIT.fullmatch(text) else None


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8").strip()
