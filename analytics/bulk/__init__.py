"""What is done with many rows of a batch at once: chosen, counted, confirmed, and then done in chunks."""
