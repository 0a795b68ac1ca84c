"""What was learned, and what may be learned next: calibrations, policies, biases, models."""
