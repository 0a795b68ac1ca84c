"""Faults of the bytes: slow, cut, reset, and answers with status 200 that are no answers."""

import gzip
from dataclasses import replace

from closeline.providers.simulator.answering import Answer, Manner
from closeline.providers.simulator.faults.scenes import Fault, Scene

_BOMB_SIZE = 16 * 1024 * 1024
_DEEP = 100_000
_DIGITS = 5_000


def _sent(manner: Manner) -> Fault:
    def fault(answer: Answer, scene: Scene) -> Answer:
        del scene
        return replace(answer, manner=manner)

    return fault


def _content(content: bytes, *headers: tuple[str, str]) -> Fault:
    def fault(answer: Answer, scene: Scene) -> Answer:
        del scene
        return replace(answer, content=content, headers=(*answer.headers, *headers))

    return fault


def _price(text: bytes) -> Fault:
    """Return a fault that puts `text` in place of every price."""

    def fault(answer: Answer, scene: Scene) -> Answer:
        del scene
        parts = answer.body.split(b'"price":')
        rest = (part[_length(part) :] for part in parts[1:])
        return replace(answer, content=parts[0] + b"".join(b'"price":' + text + part for part in rest))

    return fault


def _length(part: bytes) -> int:
    """Return how many bytes the number at the beginning takes."""
    return next((place for place, sign in enumerate(part) if sign in b",}]"), len(part))


def key_twice(answer: Answer, scene: Scene) -> Answer:
    """Give every event a second id: which of them counts nobody can say."""
    del scene
    return replace(answer, content=answer.body.replace(b'"id":', b'"id":"0","id":'))


def truncated(answer: Answer, scene: Scene) -> Answer:
    """End the JSON in its middle, with a length that agrees."""
    del scene
    return replace(answer, content=answer.body[: len(answer.body) // 2])


def utf_16(answer: Answer, scene: Scene) -> Answer:
    """Write the answer in another encoding than JSON's."""
    del scene
    return replace(answer, content=answer.body.decode().encode("utf-16"))


def gzip_bomb(answer: Answer, scene: Scene) -> Answer:
    """Pack 16 MiB of spaces into a few bytes."""
    del scene
    packed = gzip.compress(b" " * _BOMB_SIZE, mtime=0)
    return replace(answer, content=packed, headers=(*answer.headers, ("content-encoding", "gzip")))


_PAGE = b"<!doctype html><html><head><title>Maintenance</title></head><body>Back soon</body></html>"

BODIES: dict[str, Fault] = {
    "slow": _sent(Manner.SLOW),
    "cut": _sent(Manner.CUT),
    "reset": _sent(Manner.RESET),
    "page": _content(_PAGE, ("content-type", "text/html")),
    "empty_body": _content(b""),
    "too_deep": _content(b"[" * _DEEP + b"]" * _DEEP),
    "gzip_garbage": _content(b"\x1f\x8b" + b"not gzip at all", ("content-encoding", "gzip")),
    "gzip_bomb": gzip_bomb,
    "not_a_number": _price(b"NaN"),
    "infinite": _price(b"1e999"),
    "long_number": _price(b"9" * _DIGITS),
    "text_price": _price(b'"1.95"'),
    "true_price": _price(b"true"),
    "key_twice": key_twice,
    "truncated": truncated,
    "utf_16": utf_16,
}
