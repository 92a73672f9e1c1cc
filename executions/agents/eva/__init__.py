"""The agent `eva`: TinyFish's web agent, through the maker's own client package."""

from executions.agents.eva.agent import EvaAgent

__all__ = ["EvaAgent"]
