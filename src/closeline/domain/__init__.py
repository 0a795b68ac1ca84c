"""Words: frozen types, enumerations, ids, odds, states, events and errors.

Comes in: text and numbers that an edge has read. Goes out: values that cannot be wrong by construction.
Always true: nothing here reads a file, a clock or a source of chance, and only the standard library is imported.
"""
