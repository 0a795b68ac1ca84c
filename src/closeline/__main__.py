"""Run the command line: `python -m closeline`."""

from closeline.cli.main import app

if __name__ == "__main__":
    app(prog_name="closeline")
