"""Faults in one line: whatever goes wrong, the class of the error is the exit code and there is no traceback."""

import sys
from typing import Any

import typer
from typer.core import TyperGroup

from closeline.domain.errors import BadInput, CloselineError, CorruptRecord, Refused, StoreFault

# Documented in docs/commands.md: 0 is done, 1 a fault of the program itself, 2 also what the command line refuses.
EXIT_CODES: dict[type[CloselineError], int] = {BadInput: 2, Refused: 3, StoreFault: 4, CorruptRecord: 5}
INTERNAL = 1


class OneLine(TyperGroup):
    """The root of the commands, where every fault arrives."""

    def invoke(self, ctx: Any) -> object:  # noqa: ANN401 -- typer's context here is one that it does not export
        """Run a command; tell its fault in one line on standard error, unless --debug wants the traceback."""
        try:
            return super().invoke(ctx)
        except (typer.Exit, typer.Abort, typer.TyperException):
            raise
        except BrokenPipeError:
            raise  # whoever read our output has left: typer ends quietly
        except Exception as fault:
            if ctx.params.get("debug"):
                raise
            tell(fault)
            raise typer.Exit(code_of(fault)) from None


def code_of(fault: Exception) -> int:
    """Return the exit code of a fault, by its class."""
    return next((code for kind, code in EXIT_CODES.items() if isinstance(fault, kind)), INTERNAL)


def tell(fault: Exception) -> None:
    """Write a fault in one line on standard error."""
    text = " ".join(str(fault).split())
    if not isinstance(fault, CloselineError):
        text = f"internal fault, {type(fault).__name__}: {text}; run again with: closeline --debug ..."
    print(f"closeline: {text}", file=sys.stderr)  # noqa: T201 -- the command line speaks
