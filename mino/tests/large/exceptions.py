"""Queries that may read more than they give, each with the reason."""

from __future__ import annotations

EXCEPTIONS: list[tuple[str, str, str]] = [
    (
        r".* .*include=total.*",
        r"COUNT\(",
        "the total was asked for: what is counted is read, off an index if it can be",
    ),
    (
        r"(batch|execution_results|batch_grid) .*",
        r"executions_job|projects_row",
        "the grid checks at most 10,000 rows in a request, then says how far it has come (analytics/grid/scanning.py)",
    ),
    (
        r"job_list .*(search|outcome)=.*",
        r"executions_job",
        "a part of an address, and outcomes of any column, are looked for in all jobs of the one execution",
    ),
    (r"row_list .*search=.*", r"projects_row", "a part of an address is looked for in all rows of the one batch"),
    (
        r"\S+ .*search=.*",
        r"LIKE UPPER|__contains|LIKE",
        "a word in names is looked for in all that one organization has: an index of trigrams needs rights on the "
        "database that an application seldom has",
    ),
    (
        r"\S+ .*tag(_id)?=.*",
        r"taggedbatch|taggedrow",
        "the planner chooses: either all that has the tag is sorted, or the newest are checked for it",
    ),
    (r"(tag_list|batch_search|project) (guest|owner) .*", r"tagged(batch|row)", "all tags on what a guest sees"),
    (
        r"dead_letter(s|_list) .*(agent|project|execution)=.*",
        r"executions_job",
        "few are dead letters: further conditions are checked on those of the organization",
    ),
    (
        r"(execution_review|project_review) .*",
        r"field_?result|reviewdecision|reviewreservation|failurepattern",
        "the queue passes over what is decided or reserved, and counts it",
    ),
    (
        r"execution_list(_export)? .*instruction_version=.*",
        r"projects_instructionversion",
        "each project of the one organization is looked at for its version of that number",
    ),
    (
        r"project_patterns .*version=.*",
        r"patternoccurrence",
        "a version that all executions used: as many occurrences as there are",
    ),
    (
        r"truth_change .*",
        r"truthrevision",
        "the cells that were changed together, all of which can be taken back at once",
    ),
    (
        r"(batch|project)_(figures|analytics) .*",
        r"sitestatistic|executions_execution|batchrollup|instructionversion",
        "figures over all executions of one project or batch, which are added up",
    ),
    (r"(project|batch)_delete .*", r"COUNT\(|executions_execution", "says how much would be deleted"),
    (r"project(_list)? .*", r"GROUP BY", "how many batches there are, by folder or by project"),
    (r"organization_home .*", r"executions_execution", "counts what runs, and the last days"),
    (r"(batch_truth|project_patterns|job|usage|audit) .*", r"COUNT\(", "a number on the page is counted"),
    (r"audit(_list)? .*search=.*", r"OFFSET|LIKE", "text in entries is looked for in the newest 50,000"),
    (r"audit .*", r"accounts_membership", "the people to choose from are sorted by their names, 300 at most"),
    (r"truth_sheet_rows .*", r"truthnote", "most rows of the test have notes"),
    (r"batch_list .*has_ground_truth=.*", r"truth_row_count", "checked on the batches of the organization"),
    (r"import_list .*status=.*", r"projects_batchimport", "checked on the imports of the organization"),
    (r"project_list .*sort=-?updated_at.*", r"updated_at", "an organization has some hundreds of projects: sorted"),
    (r"(member_list|project_people) .*", r"membership|invitedgrant", "some hundreds of people: sorted"),
    (
        r"\S+ (viewer|guest) .*",
        r"projectuserobjectpermission",
        "the grants of one person, whose projects are looked up",
    ),
    (
        r"compare .*",
        r"executions_execution",
        "the executions of the organization that something could be compared with",
    ),
    (r"project_patterns .*", r"DISTINCT|COUNT", "the columns to choose from, among the patterns of the project"),
    (
        r"(\w+\.)+(remove_expired|tidy_roll_ups|expire_exports|purge_organizations|expire_audit) .*",
        r"",
        "once an hour: an index would cost each write more than this reads",
    ),
    (
        r"(\w+\.)+sweep_(roll_ups|suspects) .*",
        r"executions_execution",
        "looks at the newest 500 executions, by their ids",
    ),
    (
        r"projects.tasks.purge_deleted .*",
        r'"executions_job"."project_id" IN',
        "deleting a project looks for jobs that refer to it. That is rare; an index would be written with each job",
    ),
    (
        r"projects.tasks.purge_deleted .*",
        r'"position" > \("projects_batch"."row_count"\)',
        "batches whose last row lies behind their number of rows: of many rows one look into an index for each batch",
    ),
    (r"projects.tasks.purge_deleted .*", r"row_position", "jobs follow their rows, each written with its indexes"),
    (r"projects.tasks.purge_deleted .*", r"projects_(batch|project)", "few are deleted"),
    (
        r"execution_session_list .*(status|error_code)=.*",
        r"executions_session",
        "looked for in all attempts of the one execution: an index of its own would be written with each attempt",
    ),
    (
        r"(field_result|review_cell)_list .*(outcome|reason)=.*",
        r"executions_fieldresult",
        "without a column, looked for in all cells of the one execution: another index would be written with each cell",
    ),
    (
        r"repeated_row_list .*flaky=true.*",
        r'"executions_job"."repeat" = 1',
        "whether a row is flaky tell its runs alone, row by row, in the one execution",
    ),
    (
        r"(job|row)_list .*site=.*",
        r"url",
        "a site is looked for in the addresses of the one execution or batch: an index of hosts would be written with "
        "each job and row",
    ),
    (r"(guest|promised_grant)_list .*", r"accounts_", "some hundreds of people: sorted"),
    (r"pattern_occurrence_list .*", r"is_found", "a pattern has as many occurrences as its project has executions"),
    (r"(review|truth_change)_read .*", r"", "what is decided, and what was changed together, is counted"),
]
