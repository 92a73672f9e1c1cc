"""Why a request that has the form which the document describes may still be refused with 400.

No schema can say it, or not without telling less than the sentence of the answer does. Whatever is not here is a fault
of the document or of the operation.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

OF_THE_STATE: Final = {"BATCH_EMPTY", "NO_FIELDS", "NO_GROUND_TRUTH"}
"""What the objects hold decides about these codes, not the form of the request."""
CHARACTERS: Final = "characters"
EVERYWHERE: Final = {
    "*before": "Later than the moment of `after`.",
    "cursor": "It is signed: only the list itself can give one.",
    "name": "White space and control characters alone are no name.",
}
"""Parameters and fields of any operation."""
RUNNER: Final = {
    "agent": "Only where the organization has no usual agent it has to be named; some agents need a key.",
    "agent_settings*": "What an agent can be told depends on the agent.",
    "instruction_version": "The versions of the project; production executions take the production version.",
}
"""What says by what rows are run."""
ROWS: Final = {
    "budget": "Money has six decimals; `multipleOf` is of no use for binary fractions.",
    "type": "Production executions take the production version, and all rows.",
    "sample_method": "Which sample it is decides what else has to be said.",
    "sample_size": "As above.",
    "selection*": "As above.",
    "seed": "As above.",
}
"""What says which rows are run, and within which limits."""
RUN: Final = {**RUNNER, **ROWS}
PAIR: Final = {f"{which}.{place}": why for which in ("first", "second") for place, why in RUNNER.items()}
BASELINE: Final = {"baseline_id": "There may be none before it, it may be itself, or of another batch."}
BOUNDS: Final = "The bounds depend on the installation; `retention_read` tells them."
COMPARED: Final = {"execution_ids": "Executions that can be seen, and of one batch."}
CHOSEN: Final = {"site": "A host.", "accuracy_max": "Not below `accuracy_min`."}
COLUMN: Final = {"column": "The columns of truth of the batch."}
OF_PROJECT: Final = {"column": "The columns of the project's batches."}
ANSWERS: Final = {**CHOSEN, **COLUMN}
LETTERS: Final = {"job_ids*": "The jobs that can be seen.", "finished_before": "Not before `finished_after`."}
OF_OPERATIONS: Final[Mapping[str, Mapping[str, str]]] = {
    "answer_take": {"column": "The columns of truth, and whether the answer can be written into one."},
    "answers_plan": ANSWERS,
    "answers_take": ANSWERS,
    "access_give": {"email": "An address of e-mail."},
    "api_key_create": {"expires_at": "The moment has passed.", "project_ids.*": "Projects of the organization."},
    "baseline_update": {"execution_id": "The executions of the project."},
    "batch_create": {
        "rows*": "Whether there is an address in each, and what else they hold.",
        "url_column": "The columns of the rows.",
        "key_column": "As above.",
        "types.*": "As above.",
    },
    "batch_export": {
        "rows": "Spans of numbers, which no pattern says readably.",
        "site": "A host.",
        "tag": "The tags that there are.",
    },
    "column_try": {"options*": "As for `column_update`."},
    "column_update": {"options*": "Which options there are, and how they go together, depends on the column's type."},
    "dead_letters_retry": LETTERS,
    "dead_letters_skip": LETTERS,
    "execution_budget_set": {"budget": "Money has six decimals; `multipleOf` is of no use for binary fractions."},
    "comparison_export": BASELINE,
    "comparisons_export": COMPARED,
    "execution_compare": BASELINE,
    "execution_clone": RUN,
    "execution_create": RUN,
    "execution_estimate": RUN,
    "executions_compare": COMPARED,
    "field_result_list": COLUMN,
    "flip_list": BASELINE,
    "flip_list_export": BASELINE,
    "folder_update": {"parent_id": "A folder can't lie in itself."},
    "import_create": {"file": "What is in the file: a table with addresses, and no picture or the like."},
    "import_start": {"leave_out_errors": "The file has lines with errors."},
    "import_reading_set": {
        **dict.fromkeys(
            ("encoding", "delimiter", "quote", "header", "sheet", "file"), "What the file is, and its sheets."
        ),
    },
    "import_update": {
        "columns*": "Which columns there are, and that one of them holds addresses, depends on the file."
    },
    "job_list": {**CHOSEN, "column": "It goes with `outcome`, and names a column of the execution."},
    "note_list": COLUMN,
    "note_add": {
        "row_id": "The rows of the batch.",
        "key": "As above.",
        "row_position": "As above.",
        "column": "The columns of truth.",
        "text": "White space alone is no note.",
    },
    "pair_create": {**PAIR, **ROWS, "second": "It has to differ from the first."},
    "pattern_list": OF_PROJECT,
    "pattern_list_export": OF_PROJECT,
    "pattern_run": RUN,
    "retention_update": {f"{what}_days": BOUNDS for what in ("screenshot", "raw_result", "audit")},
    "production_version_set": {"number": "The versions of the project."},
    "review_cell_list": {**COLUMN, "pattern_id": "Whether the execution shows the pattern, and in cells."},
    "review_decide": {
        "cell_id": "It is one of the execution.",
        "decision": "Not every answer can be written as truth.",
        "value": "It goes with the decision `edited`.",
        "forget": "It goes with the decision `site_changed`.",
    },
    "run_defaults_update": {"agent": "The agents that there are.", "budget": ROWS["budget"]},
    "results_export": {
        **CHOSEN,
        "column": "It goes with `outcome`, and names a column of the execution.",
        "only*": "The columns of the execution.",
        "rows": "Spans of numbers, which no pattern says readably.",
        "tag": "The tags that there are.",
    },
    "invitation_create": {"email*": "Addresses of e-mail."},
    "row_list": CHOSEN,
    "site_list": CHOSEN,
    "rows_tag": {"row_ids*": "The rows of the batch.", "tag_id": "The tags that there are."},
    "row_update": {"instructions": "Blank, or at least ten characters."},
    "suspect_list": OF_PROJECT,
    "suspect_list_export": OF_PROJECT,
    "truth_revision_list": COLUMN,
    "truth_revision_list_export": COLUMN,
    "truth_set": {"changes.*": "The rows and columns of the batch; a key needs a column with keys."},
    "version_create": {"text": "It is the text of the newest version."},
    "webhook_create": {"url": "The outbound door decides which addresses are called."},
    "webhook_update": {"url": "As above."},
}
"""Places by operation; `*` stands for a place in a list, or for a name that the sender chose."""


def is_explained(name: str, answer: Mapping[str, Any]) -> bool:
    """Whether the operation may refuse for everything that it names."""
    if answer["code"] in OF_THE_STATE:
        return True
    details = answer["details"]
    return bool(details) and all(
        any(_fits(pattern, one["path"]) for pattern in _known(name)) or CHARACTERS in one["message"] for one in details
    )


def _known(name: str) -> Iterator[str]:
    yield from EVERYWHERE
    yield from OF_OPERATIONS.get(name, {})


def _fits(pattern: str, path: str) -> bool:
    return re.fullmatch(re.escape(pattern).replace(r"\*", ".*"), path, re.DOTALL) is not None
