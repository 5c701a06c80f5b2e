"""Turns the body of an action into the steps of a flow.

Reading order: `frames` (whose line is it), `markers` (how text remembers the placeholders that went into it),
`recording` (what one pass through a body asked for), `running` (the iteration that runs instead), `encoding` (Python
values as plan data), `request` and `content` (requests as steps), `watch` (what must not happen meanwhile), `body` (one
pass), `compile` (two passes, and whether they agree), `difference` (where they do not), `describe` (steps as short
text).

Nothing here sends anything, and nothing here needs an event loop.
"""
