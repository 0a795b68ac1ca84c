"""Training: folds in the order of time, gradient-boosted means and variances, and what they came to out of sample."""
