"""The executions application."""

from django.apps import AppConfig


class ExecutionsConfig(AppConfig):
    """Executions, jobs, the engine and the agents."""

    name = "executions"
