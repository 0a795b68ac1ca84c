"""Everything that can go wrong, classed by what to do next.

CloselineError
├── BadInput                what the user gave cannot be used: say it, exit 2
│   ├── UnreadableFile      not a file that can be read
│   ├── UnknownFormat       no feed recognises these bytes
│   ├── ImpossiblePrice     not a price that a bookmaker can quote (also a ValueError)
│   ├── DevigError          no fair probabilities exist for these prices (also a ValueError)
│   ├── BadSetting          a setting has a value that it cannot take
│   └── NotFound            no such pick, run or event in this record
├── Refused                 the system will not do this, whoever asks
│   ├── IllegalTransition   a pick cannot move between these states
│   ├── LookAhead           a modelling read met something received after its `as_of`
│   ├── AppendOnlyViolation the record is never changed, only added to
│   ├── InsideTransaction   the outside world was touched while a transaction was open
│   ├── StaleToken          a lease has changed hands since this was begun under it
│   ├── KeyRefused          whoever calls brought no key, or one that opens nothing
│   └── NotAllowed          the key's role does not allow this
├── StoreFault              the record cannot be used as it stands
│   ├── StoreUnavailable    the database cannot be reached or opened
│   ├── StaleLogs           what is known of players is too old to forecast from
│   ├── SchemaTooNew        a newer Closeline wrote this record
│   └── SchemaMissing       the record has no schema yet
└── CorruptRecord           stored bytes contradict each other: stop, never guess
"""


class CloselineError(Exception):
    """Something went wrong in Closeline."""

    def __init__(self, message: str = "") -> None:
        """Use the class's own sentence when no message is given."""
        super().__init__(message or (self.__doc__ or "").strip().splitlines()[0])


class BadInput(CloselineError):
    """The input cannot be used."""


class UnreadableFile(BadInput):
    """The file cannot be read."""


class UnknownFormat(BadInput):
    """No feed recognises these bytes."""


class ImpossiblePrice(BadInput, ValueError):
    """The price is not one that a bookmaker can quote."""


class DevigError(BadInput, ValueError):
    """No fair probabilities exist for these prices."""


class BadSetting(BadInput):
    """A setting has a value that it cannot take."""


class NotFound(BadInput):
    """Nothing of that name is in the record."""


class Refused(CloselineError):
    """Closeline refuses to do this."""


class IllegalTransition(Refused):
    """A pick cannot move between these states."""


class LookAhead(Refused):
    """A modelling read met something that was received after its as_of."""


class AppendOnlyViolation(Refused):
    """The record is append-only: nothing in it is updated, deleted or replaced."""


class InsideTransaction(Refused):
    """The outside world must not be touched while a transaction is open."""


class StaleToken(Refused):
    """A lease has changed hands since this was begun under it."""


class KeyRefused(Refused):
    """A live API key must come with the call."""


class NotAllowed(Refused):
    """The role of this API key does not allow the call."""


class StoreFault(CloselineError):
    """The record cannot be used."""


class StoreUnavailable(StoreFault):
    """The database cannot be opened."""


class StaleLogs(StoreFault):
    """What is known of players is too old to forecast from."""


class SchemaTooNew(StoreFault):
    """A newer Closeline wrote this record."""


class SchemaMissing(StoreFault):
    """The record has no schema yet."""


class CorruptRecord(CloselineError):
    """Stored bytes contradict each other."""
