"""The names of other tools, so that their tests run after changing the import line."""
