"""The audit trail: `record` writes an entry, `acting_as` says on whose behalf the running code acts."""

from accounts.audit.acting import act_as, acting_as
from accounts.audit.recording import record, record_of_person, summed

__all__ = ["act_as", "acting_as", "record", "record_of_person", "summed"]
