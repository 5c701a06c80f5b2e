"""The Rust half of Squall."""

__all__ = ["__version__", "check_plan", "main"]

__version__: str
"""Version of Squall."""

def main(argv: list[str], /) -> int:
    """Runs the command line; `argv[0]` is the command's own name.

    Returns:
        The exit code.
    """

def check_plan(json: str, /) -> str:
    """Checks a plan given as JSON.

    Returns:
        A JSON list of all its errors, empty when the plan can run. Each has `message` and, where known, `path`, `file`,
        `line`, `name` and `hint`.
    """
