"""`squall project`: a collection of tests in git.

Reading order: `command` (from a request to an answer), `workflows` (create, sync, get, about), `git` (the system's
git), `addresses` (what may stand in an address), `layout` (the files of a new project), `discovery` (what kind of test
a file is, read and never imported; `syntax` and `names` are parts of it), `register` (the names in `squall.toml`).

Nothing here imports a file of the project, keeps a secret, or asks for one: git has its own ways for that.
"""
