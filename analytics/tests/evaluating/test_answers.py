"""Answers that something else produced."""

from __future__ import annotations

from pathlib import Path

import pytest

from analytics.evaluating import answers
from analytics.evaluating.answers import AnswerBook
from analytics.evaluating.arguments import BadInput
from analytics.tests.evaluating.conftest import Write
from executions.agents.base import Task
from executions.agents.file import Answer
from executions.models import Execution
from mino.tests.factories import ExecutionFactory, JobFactory, RowFactory
from projects.models import Batch, Column

FIRST = "https://shop1.example/item"


def read_answers(path: Path, batch: Batch) -> AnswerBook:
    """The answers for a batch, all of whose rows were met."""
    book = answers.read_answers(path, list(batch.columns.order_by("position").values("name", "role")))
    for row in batch.rows.all():
        book.meet(row.key, row.url)
    book.check_known(path.name)
    return book


def found(book: AnswerBook, url: str, key: str = "") -> Answer | None:
    return book.lookup(Task(url=url, instructions="", fields=[], row_key=key))


def test_a_line_belongs_to_the_row_with_its_url(batch: Batch, write: Write) -> None:
    book = read_answers(write("a.csv", "SITE_URL,price,title\n shop1.example/item ,1.50,\n"), batch)
    assert found(book, FIRST) == Answer({"price": "1.50"})
    assert found(book, "https://shop2.example/item") is None


def test_an_error_is_told_by_its_column(batch: Batch, write: Write) -> None:
    book = read_answers(write("a.csv", f"site_url,price,error\n{FIRST},,TIMEOUT\n"), batch)
    assert found(book, FIRST) == Answer({}, "TIMEOUT")


def test_fields_without_a_column_are_told(batch: Batch, write: Write) -> None:
    assert read_answers(write("a.csv", f"site_url,price\n{FIRST},1\n"), batch).missing == ["title"]


def test_an_export_can_be_scored_again(batch: Batch, write: Write) -> None:
    text = f"mino_row_key,site_url,expected_title,extracted_title\n1,{FIRST},Kettle,'=Kettle\n"
    assert found(read_answers(write("a.csv", text), batch), FIRST) == Answer({"title": "=Kettle"})


@pytest.mark.parametrize("status", ["stopped", "queued", "running", "retrying", "skipped"])
def test_rows_that_an_export_has_unfinished_are_errors(batch: Batch, write: Write, status: str) -> None:
    text = f"mino_row_key,site_url,extracted_title,status,error_code\n1,{FIRST},,{status},\n"
    answer = found(read_answers(write("a.csv", text), batch), FIRST)
    assert answer == Answer({}, f"it was not finished when the export was written (its status is {status}).")


def test_the_error_of_an_export_comes_before_its_status(batch: Batch, write: Write) -> None:
    header = "mino_row_key,site_url,extracted_title,status,error_code"
    assert found(read_answers(write("a.csv", f"{header}\n1,{FIRST},,skipped,TIMEOUT\n"), batch), FIRST) == Answer(
        {}, "TIMEOUT"
    )
    assert found(read_answers(write("b.csv", f"{header}\n1,{FIRST},,completed,\n"), batch), FIRST) == Answer({})


def test_a_status_in_any_other_file_means_nothing(batch: Batch, write: Write) -> None:
    book = read_answers(write("a.csv", f"site_url,title,status\n{FIRST},Kettle,stopped\n"), batch)
    assert found(book, FIRST) == Answer({"title": "Kettle"})


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("price,title\n1,Kettle\n", "needs a column site_url"),
        (f"site_url,colour\n{FIRST},red\n", "at least one of the columns title, price"),
        (f"site_url,price\n{FIRST},1,2\n", "line 2 has 3 cells; the header has 2"),
        (f"site_url,price\n{FIRST},1\n,2\n", "line 3 has nothing in the column site_url"),
        (f"site_url,price\n{FIRST},1\nhttps://else.example/,2\n", "line 3: the URL https://else.example/"),
        (f"site_url,price\n{FIRST},1\nhttps://else.example/,2\n", "1 line belongs to no row"),
        (f"site_url,price\n{FIRST},1\n{FIRST},2\n", f"line 3: the URL {FIRST}"),
        ("", "no rows"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(batch: Batch, write: Write, text: str, sentence: str) -> None:
    with pytest.raises(BadInput, match=sentence):
        read_answers(write("a.csv", text), batch)


@pytest.fixture
def keyed(batch: Batch) -> Batch:
    """The batch with a key column; two of its rows have one URL."""
    Column.objects.create(batch=batch, name="id", role="key", position=9)
    for number, row in enumerate(batch.rows.order_by("position")):
        row.key, row.url = f"k{number}", FIRST
        row.save()
    return batch


def test_the_key_decides_where_both_have_one(keyed: Batch, write: Write) -> None:
    book = read_answers(write("a.csv", "id,price\nk1,2\nk0,1\n"), keyed)
    assert found(book, FIRST, "k0") == Answer({"price": "1"})
    assert found(book, FIRST, "k2") is None
    assert not book.in_order


def test_a_key_stands_once(keyed: Batch, write: Write) -> None:
    with pytest.raises(BadInput, match="line 3 has the same key as line 2: k0"):
        read_answers(write("a.csv", "id,price\nk0,2\nk0,1\n"), keyed)


@pytest.fixture
def repeated(batch: Batch) -> Execution:
    """An execution of the last three of four rows with one URL."""
    batch.rows.update(url=FIRST)
    rows = [*batch.rows.order_by("position"), RowFactory(batch=batch, position=4, url=FIRST)]
    execution: Execution = ExecutionFactory(batch=batch)
    for position, row in enumerate(rows[1:], 1):
        JobFactory(execution=execution, row=row, position=position)
    return execution


def test_one_line_answers_for_all_rows_with_its_url(repeated: Execution, write: Write) -> None:
    book = read_answers(write("a.csv", f"site_url,price\n{FIRST},1\n"), repeated.batch)
    book.arrange(repeated)
    assert [found(book, FIRST) for _ in range(3)] == [Answer({"price": "1"})] * 3


def test_the_nth_line_answers_for_the_nth_row(repeated: Execution, write: Write) -> None:
    book = read_answers(write("a.csv", f"site_url,price\n{FIRST},1\n{FIRST},2\n{FIRST},3\n"), repeated.batch)
    assert book.in_order
    book.arrange(repeated)
    assert [found(book, FIRST) for _ in range(3)] == [Answer({"price": "2"}), Answer({"price": "3"}), None]
