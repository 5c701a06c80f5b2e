"""Turns the classes of a graph file into a plan.

Reading order: `problems` (all that is wrong, collected), `sources` (lines of classes and attributes), `attributes`
(what a stage can set), `settings` (what each stage did set), `overrides` (what the command line adds), `load_profile`
and `http_settings` (settings as plan data), `notes` (options without effect), `pools` (data pools), `actions`
(methods as branches of a flow), `used_pools` and `instances` (what those need that run in Python), `graph` (who runs
after whom), `plan` (all of it together), `document` (what comes in and out).

Only what Python alone can know is checked here: names, types, the graph, and where they were written. The rest is the
business of the plan's own check, which sees every plan, whoever wrote it.
"""
