"""The notice that goes with everything shown to the public: for whom it is, where, and where to turn for help.

The words for a place are set by whoever runs the desk there. Those that hold unset name no law and no organisation.
"""

from dataclasses import dataclass

AGE_MIN, AGE_MAX = 18, 99
PART_LENGTH_MAX = 300
JURISDICTIONS = (
    "Only where betting is legal, and only if it is legal for you: the law of the place where you are decides."
)
HELP = "Bet no more than you can afford to lose. When it has stopped being a game, stop and ask somebody for help."
NO_PROMISE = "Estimates, not advice: what came true in the past promises nothing."


@dataclass(frozen=True, slots=True)
class Notice:
    """What is said below everything: the least age, where it may be used, and where help is to be had.

    Raises ValueError for an age that lets children in, and for a text that is empty, too long or not one line.
    """

    minimum_age: int = AGE_MIN
    jurisdictions: str = JURISDICTIONS
    help_text: str = HELP
    help_url: str = ""

    def __post_init__(self) -> None:
        """Refuse a notice that would not be one."""
        if not AGE_MIN <= self.minimum_age <= AGE_MAX:
            raise ValueError(f"notice_minimum_age must be {AGE_MIN} to {AGE_MAX}, was {self.minimum_age}")
        for name in ("jurisdictions", "help_text"):
            _check(name, getattr(self, name))
        if self.help_url:
            _check("help_url", self.help_url)
            if not self.help_url.startswith("https://") or " " in self.help_url:
                raise ValueError(f"notice_help_url must be an https address, was {self.help_url[:60]!r}")

    @property
    def text(self) -> str:
        """Return the whole notice in one line, as every public surface shows it."""
        help_line = f"{self.help_text} {self.help_url}".rstrip()
        return f"{self.minimum_age}+ only. {self.jurisdictions} {help_line} {NO_PROMISE}"


def _check(name: str, text: str) -> None:
    if not text.strip() or len(text) > PART_LENGTH_MAX or not text.isprintable():
        raise ValueError(f"notice_{name} must be one line of 1 to {PART_LENGTH_MAX} signs, was {text[:60]!r}")


DEFAULT_NOTICE = Notice()
