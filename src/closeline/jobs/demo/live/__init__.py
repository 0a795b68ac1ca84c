"""The live demonstration: recorded days that never were go by in minutes, and a desk lives through them.

The desk is a real one: it polls over HTTP, keeps its own record, publishes, and settles. Only its clock is stepped, and
what answers it is the provider simulator on this machine, with faults by a script.
"""
