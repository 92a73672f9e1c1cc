"""Help when something fails: what happened in plain words, and what can be done about it, each as a button."""
