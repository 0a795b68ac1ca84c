"""Jobs: which verb runs when, what each event sets going, and the runners that call them.

Comes in: a `Desk`, the name of a job, a slot and JSON scalars. Goes out: committed work and a `job_run` row.
Always true: a job runs once for a slot whoever asks, and the same plain functions serve every runner.
"""
