"""The keys with which organizations use agents: kept encrypted, given to workers, tested, replaced."""
