"""What the process can reach of the run that it is part of; a process without a run is alone."""

from __future__ import annotations

from squall._squall import ask, in_agent, place, tell_all

__all__ = ["ask", "in_agent", "place", "tell_all"]
