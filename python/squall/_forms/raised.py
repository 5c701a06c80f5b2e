"""What an exception of the test's own code says."""

from __future__ import annotations

from squall._recording.frames import shown, users_lines


def said(error: BaseException) -> str:
    """Returns type, message and place of an exception in one line, so that equal ones are grouped."""
    text = " ".join(str(error).split())
    what = f"{type(error).__name__}: {text}" if text else type(error).__name__
    places = users_lines(error.__traceback__)
    return f"{what} ({shown(places[-1].file)}:{places[-1].line})" if places else what
