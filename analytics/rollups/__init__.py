"""Gathers figures by site and by row in the background, so that no page reads all jobs."""
