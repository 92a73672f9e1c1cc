"""What reviewers decided about cells, and which cells they look at now."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from accounts.authors import author_name
from accounts.models import ApiKey
from executions.models import Execution, Job
from mino.common.models import Identified
from projects.models import Row, TruthRevision


class Decision(models.TextChoices):
    """What a reviewer said of an answer that differs from the truth; the letters are the keys."""

    TRUTH_WRONG = "truth_wrong", "Truth was wrong"
    AGENT_WRONG = "agent_wrong", "Agent is wrong"
    BOTH = "both", "Both are right"
    SITE_CHANGED = "site_changed", "Site has changed"
    EDITED = "edited", "Truth was edited"


class ReviewDecision(Identified):
    """One decision about one cell of a job.

    `before` is the truth that the reviewer saw, `after` that which it became (empty: not known): as long as the truth
    is `after`, the cell is not asked for again. `outcome` and `reason` are the verdict that was decided about;
    `is_settled` says that the answer was no disagreement any more afterwards. One that was undone keeps when.
    """

    execution = models.ForeignKey(Execution, models.CASCADE, related_name="+", db_index=False)
    # Jobs of deleted batches go in chunks, before what hangs on their execution.
    job = models.ForeignKey(Job, models.CASCADE, related_name="+", db_index=False, db_constraint=False)
    row = models.ForeignKey(Row, models.CASCADE, related_name="+")
    column = models.CharField(max_length=200)
    decision = models.CharField(max_length=12, choices=Decision)
    outcome = models.CharField(max_length=15)
    reason = models.CharField(max_length=14, blank=True)
    before = models.TextField(blank=True)
    after = models.TextField(blank=True)
    note = models.CharField(max_length=500, blank=True)
    is_settled = models.BooleanField(default=False)
    revision = models.ForeignKey(TruthRevision, models.SET_NULL, null=True, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", db_index=False)
    api_key = models.ForeignKey(ApiKey, models.SET_NULL, null=True, related_name="+", db_index=False)
    created_at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        indexes = [
            # Whether a cell is decided; asked for every cell of the queue.
            models.Index(fields=["job", "column"], name="review_decided"),
            # The decisions of an execution, newest first, and how many there are.
            models.Index(fields=["execution", "-created_at", "-id"], name="review_newest"),
            # What somebody decided last, to undo it.
            models.Index(fields=["user", "execution", "-created_at", "-id"], name="review_last_of_user"),
        ]

    def __str__(self) -> str:
        return f"{self.column}: {self.decision}"

    @property
    def author_name(self) -> str:
        """Who decided, in words."""
        return author_name(self.user, self.api_key) or "Somebody who left"


class ReviewReservation(Identified):
    """A cell of a row that somebody looks at in review, in whichever execution, until `expires_at`."""

    execution = models.ForeignKey(Execution, models.CASCADE, related_name="+")
    row = models.ForeignKey(Row, models.CASCADE, related_name="+", db_index=False)
    column = models.CharField(max_length=200)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    expires_at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["row", "column"], name="review_cell_reserved_once")]
        # What somebody looks at now: the queue passes over it.
        indexes = [models.Index(fields=["expires_at"], name="review_reserved_now")]

    def __str__(self) -> str:
        return f"{self.column} until {self.expires_at:%H:%M}"
