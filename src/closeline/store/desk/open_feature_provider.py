"""The record as a provider of OpenFeature, and a client bound to it alone: the global registry stays empty."""

from collections.abc import Mapping, Sequence
from typing import Any, NoReturn, Protocol

from openfeature.client import OpenFeatureClient
from openfeature.evaluation_context import EvaluationContext
from openfeature.exception import FlagNotFoundError, TypeMismatchError
from openfeature.flag_evaluation import FlagResolutionDetails, Reason
from openfeature.provider import AbstractProvider, FeatureProvider, Metadata, ProviderStatus

from closeline.domain.errors import BadInput
from closeline.domain.governance.flags import Resolved

NAME = "closeline-record"


class Book(Protocol):
    """What the provider asks."""

    def resolved(self, name: str, *, league: str = "", market: str = "") -> Resolved:
        """Return whether a flag is on, and by which setting."""
        ...


class RecordProvider(AbstractProvider):
    """Answers from settings that were read once: every flag is a boolean."""

    def __init__(self, book: Book) -> None:
        """Answer from one book."""
        super().__init__()
        self._book = book

    def get_metadata(self) -> Metadata:
        """Return the provider's name."""
        return Metadata(name=NAME)

    def resolve_boolean_details(
        self, flag_key: str, default_value: bool, evaluation_context: EvaluationContext | None = None  # noqa: FBT001
    ) -> FlagResolutionDetails[bool]:  # fmt: skip
        """Resolve a flag for the league and the market of the context."""
        del default_value
        where = evaluation_context.attributes if evaluation_context else {}
        league, market = str(where.get("league", "")), str(where.get("market", ""))
        try:
            found = self._book.resolved(flag_key, league=league, market=market)
        except BadInput as fault:
            raise FlagNotFoundError(str(fault)) from fault
        if found.by is None:
            return FlagResolutionDetails(found.is_on, reason=Reason.DEFAULT)
        return FlagResolutionDetails(found.is_on, reason=Reason.TARGETING_MATCH, variant=found.by.scope)

    def resolve_string_details(
        self, flag_key: str, default_value: str, evaluation_context: EvaluationContext | None = None
    ) -> FlagResolutionDetails[str]:
        """Refuse: there is no such flag."""
        del default_value, evaluation_context
        _only_booleans(flag_key)

    def resolve_integer_details(
        self, flag_key: str, default_value: int, evaluation_context: EvaluationContext | None = None
    ) -> FlagResolutionDetails[int]:
        """Refuse: there is no such flag."""
        del default_value, evaluation_context
        _only_booleans(flag_key)

    def resolve_float_details(
        self, flag_key: str, default_value: float, evaluation_context: EvaluationContext | None = None
    ) -> FlagResolutionDetails[float]:
        """Refuse: there is no such flag."""
        del default_value, evaluation_context
        _only_booleans(flag_key)

    def resolve_object_details(
        self, flag_key: str, default_value: Sequence[Any] | Mapping[str, Any],
        evaluation_context: EvaluationContext | None = None,
    ) -> FlagResolutionDetails[Sequence[Any] | Mapping[str, Any]]:  # fmt: skip
        """Refuse: there is no such flag."""
        del default_value, evaluation_context
        _only_booleans(flag_key)


class _Bound(OpenFeatureClient):
    """A client of one provider, which is ready as soon as it is made."""

    def __init__(self, provider: FeatureProvider) -> None:
        super().__init__(domain=NAME, version=None)
        self._provider = provider

    @property
    def provider(self) -> FeatureProvider:
        return self._provider

    def get_provider_status(self) -> ProviderStatus:
        return ProviderStatus.READY


def client_of(book: Book) -> OpenFeatureClient:
    """Return a client that asks this book, and no other."""
    return _Bound(RecordProvider(book))


def _only_booleans(name: str) -> NoReturn:
    raise TypeMismatchError(f"flag {name} must be asked for as a boolean: there is no other kind")
