"""Measure what a request costs: Squall, the floor, and the peers that are installed.

Reading order: `process` (one pinned run), `generators` and `peers` (who is measured), `rounds` (alternating runs and
their statistics), `sections` (one module per question), `budgets` (what was promised), `report` (what is printed and
written). Only the standard library is used.
"""
