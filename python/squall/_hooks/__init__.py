"""Hooks of a graph: what stages do beside, before and after the requests of their actions.

`reading` finds the hooks of a file and checks what their decorators were given; `naming` finds out which names mean
which hooks; `layers` puts them in order; `parameters` says where their arguments come from. All that happens when the
file is loaded. While the run goes, `steps` calls hooks, `attached` runs those of an action around each request,
`stage_script` those of a stage once, and `context` holds what they share. `store` is the memory of the process that
loaded the test.
"""
