"""`closeline props`: player props from logs to recommendations."""

import typer

from closeline.cli.props import importing, predicting, recommending, running, shadow, slip, training, watching

app = typer.Typer(no_args_is_help=True, help="Player props: from logs to recommendations.")
app.command("import")(importing.import_players)
app.command("train")(training.train)
app.command("predict")(predicting.predict)
app.command("recommend")(recommending.recommend)
app.command("slip")(slip.slip)
app.command("pipeline")(running.pipeline)
app.command("status")(running.status)
app.command("watch")(watching.watch)
app.command("compare")(watching.compare)
app.command("lines")(watching.lines)
app.command("report")(watching.report)
app.add_typer(shadow.app, name="shadow")
