"""Rules of the gate: limits and what they are worth, settlement rules, values and bias, as they are told."""
