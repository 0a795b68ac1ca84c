"""The command line: one file per noun, the same names and parameters as the verbs.

Comes in: what a person or a script types. Goes out: text for people, or one JSON object with `--json`, on standard
output; progress, logs and faults on standard error. Always true: starting is quick, because a command imports what it
needs when it runs; a fault is one line with its mend, and its class is the exit code.
"""
