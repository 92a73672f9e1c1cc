"""The load test: 200 users at once, on pages and the API, against MINO as its Procfile starts it."""
