"""The tree of errors: every one has a place in it, and a sentence of its own."""

import pytest

from closeline.domain import errors
from closeline.domain.errors import BadInput, CloselineError, CorruptRecord, Refused, StoreFault

TREE = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, CloselineError)]


@pytest.mark.parametrize("kind", TREE)
def test_an_error_without_a_message_says_its_own_sentence(kind):
    assert str(kind()) == kind.__doc__.strip()
    assert str(kind("odds must be odds")) == "odds must be odds"


@pytest.mark.parametrize("kind", [kind for kind in TREE if kind is not CloselineError])
def test_an_error_says_by_its_class_what_to_do_next(kind):
    assert sum(issubclass(kind, cause) for cause in (BadInput, Refused, StoreFault, CorruptRecord)) == 1


@pytest.mark.parametrize("kind", TREE)
def test_the_module_draws_every_error_that_there_is(kind):
    assert kind.__name__ in (errors.__doc__ or "")
