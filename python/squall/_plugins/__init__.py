"""Plugins: clients, schedules, reporters and optimizers that the test, its project or an installed package brings.

Reading order: `engine`, `persona`, `reporter` (with `records`) and `optimizer` (what a plugin derives from; public as
`squall.plugins`), `declared` (which plugins there are, by name; `project`: those of `squall.toml` and of packages),
`client` and `running` (an engine plugin while the load goes), `timings` (what its operation tells of itself),
`arrivals` (a schedule as the engine asks for it), `reporting` (a reporter as its driver calls it), `trials` (short runs
for an optimizer), `names` (names of plugins in code that runs in Python).
"""
