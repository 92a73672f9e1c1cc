"""How values look to people: numbers, shares, times, states, outcomes, differences. Templates reach it by `mino_ui`."""
