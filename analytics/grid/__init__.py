"""The grid of a batch: its rows with what an execution made of them, found and paged in bounded time."""
