"""What executions cost: prices, estimates, figures."""
