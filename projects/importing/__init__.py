"""From a file of sites to a batch: reading, checking, loading."""
