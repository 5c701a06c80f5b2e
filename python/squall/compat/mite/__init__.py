"""mite's names: `from mite.datapools import …` becomes `from squall.compat.mite.datapools import …`.

A test that imports any of it gets what mite's journeys rely on: `MITE_CONF_*` and `MITE_EVAL_CONF_*` in `ctx.config`,
and messages of type `error` and `exception` for what is raised inside a transaction. What is different is in the guide,
`docs/migrating/mite.md`.
"""

from __future__ import annotations

from squall._journeys.scripts import add_wrap
from squall._script.config import add_environment
from squall.compat.mite.config import default_config_loader
from squall.compat.mite.context import with_context
from squall.compat.mite.exceptions import MiteError
from squall.journeys import ensure_average_separation, ensure_fixed_separation, ensure_separation_from_callable

__all__ = [
    "MiteError",
    "ensure_average_separation",
    "ensure_fixed_separation",
    "ensure_separation_from_callable",
]

add_environment(default_config_loader)
add_wrap(with_context)
