"""The faults of the live demonstration, in minutes since it begins: one of each family, and none at a close.

Football begins after 75, 280 and 510 minutes, basketball after 435, 495 and 555. What lies just before is left in
peace: the demonstration shows that a fault costs no close unless it happens at the close; the tests show what then.
"""

SCRIPT = """
[[fault]]
name = "too_fast"                # 429 with Retry-After, every second call: tried again, and answered
from_minute = 2
to_minute = 14
endpoint = "odds"
every = 2
amount = 1

[[fault]]
name = "outcomes_reordered"      # away before home, under before over: nothing changes
from_minute = 15
to_minute = 17
endpoint = "odds"

[[fault]]
name = "server_fault"            # a burst of 502: tried again, then left alone
from_minute = 18
to_minute = 20
endpoint = "odds"

[[fault]]
name = "not_a_number"            # NaN for every price: the answer is refused, nothing of it is kept
from_minute = 22
to_minute = 24
endpoint = "odds"

[[fault]]
name = "page"                    # a page of HTML with status 200
from_minute = 25
to_minute = 26
endpoint = "odds"

[[fault]]
name = "suspended"               # two games are shown without prices
from_minute = 28
to_minute = 32
endpoint = "odds"
amount = 2

[[fault]]
name = "team_renamed"            # a name that nobody knows: its prices wait, and a question is asked
from_minute = 34
to_minute = 36
endpoint = "odds"
sport = "americanfootball_nfl"
amount = 1

[[fault]]
name = "teams_swapped"           # home and away trade places under a known id
from_minute = 38
to_minute = 40
endpoint = "odds"
sport = "americanfootball_nfl"
amount = 1

[[fault]]
name = "event_twice"             # one event, listed twice
from_minute = 42
to_minute = 44
endpoint = "odds"

[[fault]]
name = "gzip_bomb"               # 16 MiB in a few bytes
from_minute = 46
to_minute = 47
endpoint = "odds"

[[fault]]
name = "cut"                     # half a body, then nothing
from_minute = 48
to_minute = 49
endpoint = "odds"

[[fault]]
name = "reset"                   # a connection that is torn
from_minute = 50
to_minute = 51
endpoint = "odds"

[[fault]]
name = "books_missing"           # every second book is gone for a while
from_minute = 52
to_minute = 56
endpoint = "odds"

[[fault]]
name = "start_moved"             # a game is said to begin 45 minutes later, and then not
from_minute = 58
to_minute = 60
endpoint = "odds"
sport = "americanfootball_nfl"
amount = 1

[[fault]]
name = "stale"                   # the same body with status 200 for 55 minutes
from_minute = 95
to_minute = 150
endpoint = "odds"

[[fault]]
name = "credits_drain"           # 20,000 credits run down to nothing; afterwards they are there again
from_minute = 165
to_minute = 215
amount = 20000
"""
