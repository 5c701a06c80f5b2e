"""The ``squall`` command."""

import sys

from squall import _squall


def main() -> int:
    """Runs the command line with the arguments of this process.

    Returns:
        The exit code: 0 passed, 99 a threshold failed, 98 the run is invalid, 104 the plan is wrong, 105 interrupted,
        1 anything else.
    """
    code = _squall.main(["squall", *sys.argv[1:]])
    if _squall.left_behind():
        # A script holds a thread that cannot be ended; taking the interpreter down around it could crash.
        import os

        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    return code


if __name__ == "__main__":
    sys.exit(main())
