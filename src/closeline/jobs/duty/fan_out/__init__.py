"""Fan-out: one big piece of work cut into parts that know nothing of each other, done in several processes.

The answers are those of one process, bit for bit: a part is named by what it is made from, never by who does it.
"""

from closeline.jobs.duty.fan_out.processes import LocalProcesses
from closeline.jobs.duty.fan_out.works import WORKS, OpenDesk, do

__all__ = ["WORKS", "LocalProcesses", "OpenDesk", "do"]
