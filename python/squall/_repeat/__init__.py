"""Repeated functions: what is asked for (`spec`), one call (`calls`), what was measured (`results`), the `reports`."""
