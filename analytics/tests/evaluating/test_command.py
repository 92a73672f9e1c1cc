"""The command, in this process: what it makes, what it reuses, what it says."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from accounts.models import Organization
from analytics.evaluating.checking import typed_settings
from analytics.management.commands.evaluate import Command
from analytics.tests.evaluating.conftest import Write
from executions.agents.registry import AGENTS
from executions.models import Execution, Job
from projects.models import Batch, InstructionVersion, Project

pytestmark = pytest.mark.django_db(transaction=True)
Captured = pytest.CaptureFixture[str]
WHAT = "Return the price and the SKU of the product."


@pytest.fixture(autouse=True)
def allowed(settings: Settings) -> None:
    """The operator allows pages of this machine; the command finds the port in the file."""
    settings.MINO_ALLOWED_NETWORKS = ["127.0.0.0/8"]
    settings.MINO_ALLOWED_PORTS = []


@pytest.fixture
def answers(sites: Path, shop: str, write: Write) -> Path:
    """Right, wrong and missing answers for the sites."""
    lines = ["site_url,price,sku,error", f"{shop}/kettle/1,1.50,K-1,", f"{shop}/kettle/2,98.5,K-2,"]
    return write("answers.csv", "\n".join(lines))


def run(*arguments: object) -> int:
    """Run the command and answer its exit code."""
    try:
        call_command("evaluate", *map(str, arguments))
    except SystemExit as exit_:
        return int(exit_.code or 0)
    return 0


def figures(capsys: Captured) -> dict[str, Any]:
    """What the command printed, which must be one JSON object and nothing else."""
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def test_the_local_agent_visits_the_pages_of_a_file(sites: Path, capsys: Captured) -> None:
    assert run(sites, "--instructions", WHAT, "--types", "price=number", "--json") == 0
    report = figures(capsys)
    assert {name: count for name, count in report["jobs"].items() if count} == {"total": 3, "completed": 2, "error": 1}
    assert report["columns"]["price"]["outcomes"]["correct"] == 1
    assert report["columns"]["price"]["outcomes"]["wrong"] == 1
    assert report["columns"]["sku"]["accuracy"] == 1.0
    execution = Execution.objects.get(pk=report["execution"])
    assert (execution.status, execution.agent, execution.created_by) == ("completed", "local", None)
    assert execution.jobs.get(status="error").error_code == "PAGE_NOT_FOUND"


def test_answers_from_a_file_are_scored(sites: Path, answers: Path, capsys: Captured) -> None:
    assert run(sites, "--results", answers, "--json") == 0
    outcomes = figures(capsys)["columns"]["price"]["outcomes"]
    assert (outcomes["correct"], outcomes["wrong"], outcomes["missed"]) == (1, 1, 1)


def test_options_decide_what_is_right(sites: Path, answers: Path, capsys: Captured) -> None:
    options = ["--types", "price=number", "--options", "price.tolerance=0.5"]
    assert run(sites, "--results", answers, "--json", *options) == 0
    assert figures(capsys)["columns"]["price"]["outcomes"]["correct"] == 2


def test_people_get_tables_and_the_messages_stay_out_of_the_output(
    sites: Path, answers: Path, capsys: Captured
) -> None:
    assert run(sites, "--results", answers) == 0
    printed = capsys.readouterr()
    assert "All cells" in printed.out
    assert "3 rows in" in printed.out
    assert "kettles.csv is imported" in printed.err


def test_below_the_minimum_it_exits_with_1(sites: Path, answers: Path, capsys: Captured) -> None:
    assert run(sites, "--results", answers, "--min-accuracy", "50") == 0
    assert run(sites, "--results", answers, "--min-accuracy", "50.1") == 1
    assert "below the minimum of 50.1 %" in capsys.readouterr().err


def test_it_makes_a_workspace_once_and_finds_project_version_and_batch_again(sites: Path, answers: Path) -> None:
    for _ in range(2):
        assert run(sites, "--results", answers, "--instructions", WHAT, "--project", "Kettles") == 0
    organization = Organization.objects.get()
    assert (organization.slug, organization.plan) == ("local", "enterprise")
    assert Project.objects.get().name == "Kettles"
    assert (InstructionVersion.objects.count(), Batch.objects.count(), Execution.objects.count()) == (1, 1, 2)


def test_other_instructions_make_a_version_and_other_columns_a_batch(sites: Path, answers: Path) -> None:
    assert run(sites, "--results", answers, "--instructions", WHAT) == 0
    assert run(sites, "--results", answers, "--instructions", f"{WHAT} Please.", "--types", "price=text") == 0
    assert [version.number for version in InstructionVersion.objects.order_by("number")] == [1, 2]
    assert Batch.objects.count() == 2


def test_a_sample_is_the_first_rows_or_the_same_random_ones(sites: Path, answers: Path) -> None:
    assert run(sites, "--results", answers, "--sample", 2) == 0
    for _ in range(2):
        assert run(sites, "--results", answers, "--sample", 2, "--seed", 5) == 0
    positions = [
        list(execution.jobs.order_by("position").values_list("row_position", flat=True))
        for execution in Execution.objects.order_by("number")
    ]
    assert positions[0] == [1, 2]
    assert positions[1] == positions[2]


@pytest.mark.parametrize("ending", ["csv", "json", "xlsx"])
def test_the_results_are_exported(sites: Path, answers: Path, tmp_path: Path, ending: str) -> None:
    out = tmp_path / f"out.{ending}"
    assert run(sites, "--results", answers, "--export", out) == 0
    assert [path.name for path in tmp_path.glob("*out*")] == [out.name]
    if ending == "csv":
        with out.open(newline="") as file:
            assert [row["outcome_price"] for row in csv.DictReader(file)] == ["correct", "wrong", "missed"]


def test_the_nth_answer_for_an_address_belongs_to_its_nth_row(shop: str, write: Write, capsys: Captured) -> None:
    page = f"{shop}/kettle/1"
    sites = write("twice.csv", "site_url,expected_name\n" + "".join(f"{page},name {n}\n" for n in range(20)))
    answers = write("answers.csv", "site_url,name\n" + "".join(f"{page},name {n}\n" for n in range(20)))
    assert run(sites, "--results", answers, "--json", "--concurrency", 8) == 0
    assert figures(capsys)["columns"]["name"]["outcomes"]["correct"] == 20


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--instructions", "Too short"], "at least 10 characters"),
        (["--instructions", "Return the {{colour}} of it."], "no such input column"),
        (["--instructions", WHAT, "--types", "prise=number"], "no column “prise”"),
        (["--instructions", WHAT, "--types", "price=nummer"], "“nummer” is not a type"),
        (["--instructions", WHAT, "--options", "price.tolerence=1"], "option tolerence can't be used"),
        (["--instructions", WHAT, "--options", "prise.tolerance=1"], "no column “prise”"),
        (["--instructions", WHAT, "--url-column", "link"], "no column “link”"),
        (["--instructions", WHAT, "--organization", "elsewhere"], "no organization “elsewhere”"),
        (["--instructions", WHAT, "--agent", "eva"], "EVA_API_KEY"),
        (["--instructions", WHAT, "--agent-settings", "render=maybe"], "Choose one of never, auto, always."),
        ([], "Say what to extract"),
    ],
)
def test_bad_input_is_explained_and_exits_with_2(
    sites: Path, capsys: Captured, arguments: list[str], sentence: str
) -> None:
    assert run(sites, "--json", *arguments) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert sentence in " ".join(printed.err.split())
    assert_nothing_was_written()


def assert_nothing_was_written() -> None:
    """Not even a workspace."""
    models = (Organization, Project, InstructionVersion, Batch, Execution)
    assert [model.__name__ for model in models if model.objects.exists()] == []


def test_a_bad_file_is_told_by_line_and_column(write: Write, capsys: Captured) -> None:
    sites = write("bad.csv", "site_url,expected_price\nhttps://a.example/,1\nnot an address,2\n")
    assert run(sites, "--instructions", WHAT) == 2
    assert "line 3: site_url:" in capsys.readouterr().err
    assert_nothing_was_written()


def test_a_file_without_fields_or_rows_leaves_nothing_behind(write: Write, capsys: Captured) -> None:
    assert run(write("a.csv", "site_url,name\nhttps://a.example/,A\n"), "--instructions", WHAT) == 2
    assert "Nothing says which fields to extract." in capsys.readouterr().err
    assert run(write("b.csv", "site_url,expected_name\n"), "--instructions", WHAT) == 2
    assert "no rows" in capsys.readouterr().err
    assert_nothing_was_written()


def test_a_mistake_leaves_a_project_that_is_there_as_it_is(sites: Path, answers: Path, capsys: Captured) -> None:
    assert run(sites, "--results", answers, "--instructions", WHAT) == 0
    assert run(sites, "--instructions", "Return the {{colour}} of it.") == 2
    assert "no such input column" in capsys.readouterr().err
    assert InstructionVersion.objects.get().text == WHAT


def test_a_file_without_fields_asks_for_those_of_the_project(sites: Path, answers: Path, shop: str) -> None:
    assert run(sites, "--results", answers, "--instructions", WHAT) == 0
    sites.write_text(f"site_url\n{shop}/kettle/1\n{shop}/kettle/2\n")
    assert run(sites, "--results", answers) == 0
    execution = Execution.objects.get(number=2)
    assert [column.name for column in execution.batch.columns.all()] == ["site_url"]
    assert [column["name"] for column in execution.columns] == ["site_url", "price", "sku"]


def test_a_file_without_addresses_is_told_how_to_name_them(write: Write, capsys: Captured) -> None:
    assert run(write("bad.csv", "name,expected_price\nKettle,1\n"), "--instructions", WHAT) == 2
    assert "Name it with --url-column" in capsys.readouterr().err


def test_an_unknown_answer_is_told_by_its_line(sites: Path, write: Write, capsys: Captured) -> None:
    assert run(sites, "--results", write("a.csv", "site_url,price\nhttps://else.example/,1\n")) == 2
    assert "line 2: the URL https://else.example/" in capsys.readouterr().err
    assert_nothing_was_written()


def test_unfinished_rows_of_an_export_stay_errors(sites: Path, answers: Path, tmp_path: Path, capsys: Captured) -> None:
    out = tmp_path / "out.csv"
    assert run(sites, "--results", answers, "--export", out) == 0
    out.write_text(out.read_text().replace(",completed,", ",stopped,", 1))
    capsys.readouterr()
    assert run(sites, "--results", out, "--json") == 0
    assert figures(capsys)["jobs"]["error"] == 1
    assert "(its status is stopped)" in Job.objects.get(status="error").error_message


def test_numbers_out_of_range_are_refused(sites: Path) -> None:
    with pytest.raises(CommandError, match="not between 1 and 50"):
        run(sites, "--instructions", WHAT, "--concurrency", 51)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["FILE", "--concurrency", "51"], "--concurrency: 51 is not between 1 and 50."),
        (["FILE", "--instructions", "@nowhere.txt"], "--instructions: there is no file nowhere.txt."),
        (["FILE", "--colour"], "Unrecognized arguments: --colour."),
        (["nowhere.csv"], "FILE: there is no file nowhere.csv."),
        ([], "The following arguments are required: FILE."),
    ],
)
def test_mistakes_in_the_options_are_told_without_the_usage(
    sites: Path, capsys: Captured, arguments: list[str], sentence: str
) -> None:
    given = [str(sites) if argument == "FILE" else argument for argument in arguments]
    with pytest.raises(SystemExit) as ended:
        Command().run_from_argv(["manage.py", "evaluate", *given])
    hint = "All options are told by: python manage.py evaluate --help"
    assert (ended.value.code, *capsys.readouterr()) == (2, "", f"{sentence}\n{hint}\n")


def test_what_is_not_unique_is_no_key_unless_it_is_named(write: Write, capsys: Captured) -> None:
    rows = [f"https://shop{n}.example/,k{n},1" for n in range(600)]
    sites = write("keys.csv", "\n".join(["site_url,id,expected_price", *rows, "https://else.example/,k1,1"]))
    answers = write("answers.csv", "site_url,price\nhttps://else.example/,1\n")
    assert run(sites, "--results", answers, "--json") == 0
    assert figures(capsys)["jobs"]["completed"] == 601
    assert run(sites, "--results", answers, "--key-column", "id") == 2
    assert "line 602: id:" in capsys.readouterr().err
    assert Batch.objects.count() == 1


def test_settings_reach_the_agent_as_what_they_mean() -> None:
    assert typed_settings(AGENTS["eva"], {"max_steps": "5", "screenshots": "True", "browser_profile": "lite"}) == {
        "max_steps": 5,
        "screenshots": True,
        "browser_profile": "lite",
    }
