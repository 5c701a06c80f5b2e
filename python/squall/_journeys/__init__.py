"""Journeys as a plan: what the test says (`spec`, `triples`), how it runs (`script`), the plan (`lower`)."""
