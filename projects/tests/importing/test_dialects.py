from __future__ import annotations

import pytest

from projects.importing.parse.delimited_table import DelimitedTable
from projects.importing.parse.dialect import ONE_COLUMN, Dialect
from projects.importing.parse.problems import ImportRefused, ProblemCode
from projects.tests.importing.reading import read, rows_of, table_of


def dialect_of(content: str | bytes) -> Dialect:
    table = table_of(content)
    assert isinstance(table, DelimitedTable)
    return table.dialect


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|", "~", "^", "&"])
def test_the_delimiter_is_detected(delimiter: str) -> None:
    lines = [("site_url", "name", "price"), *((f"https://a.example/{n}", f"Lamp {n}", f"{n}.50") for n in range(9))]
    content = "\n".join(delimiter.join(line) for line in lines)
    assert dialect_of(content).delimiter == delimiter
    assert rows_of(table_of(content))[3] == ["https://a.example/3", "Lamp 3", "3.50"]


def test_decimal_commas_do_not_hide_the_semicolon() -> None:
    assert dialect_of("name, long;price\nA;1,50\nB;2,75\nC;3,25\n").delimiter == ";"


def test_words_separated_by_spaces_stay_one_column() -> None:
    assert dialect_of("full name\nAda Lovelace\nAlan Turing\nGrace Hopper\nEdsger Dijkstra\n").delimiter == ONE_COLUMN


def test_addresses_with_commas_stay_one_column() -> None:
    table = table_of("site_url\nhttps://a.example/x,y,z\nhttps://b.example/\nhttps://c.example/x,y\n")
    assert rows_of(table)[0] == ["https://a.example/x,y,z"]


def test_cells_without_a_name_in_the_header_are_not_glued_to_the_address() -> None:
    table = table_of("site_url\nhttps://a.example/x,12\nhttps://b.example/,13\n")
    assert rows_of(table)[0] == ["https://a.example/x", "12"]


def test_single_quotes_are_detected_and_apostrophes_are_not() -> None:
    assert dialect_of("a,b\n'x, y','1'\n'z','2'\n").quote == "'"
    assert dialect_of("a,b\nd'Artagnan,'t Hart\nO'Neil,x\n'tis,y\n'twas,z\n").quote == '"'


def test_backslashes_before_quotes_are_understood() -> None:
    assert rows_of(table_of('a,b\n"5\\" screen, black",1\n"6\\" screen",2\n')) == [
        ['5" screen, black', "1"],
        ['6" screen', "2"],
    ]


def test_the_first_line_of_excel_names_the_separator() -> None:
    table = table_of("sep=;\nsite_url;n\nhttps://a.example/;1\n")
    assert (table.names, table.header_line) == (["site_url", "n"], 2)
    assert list(table.records()) == [(3, ["https://a.example/", "1"])]


def test_a_first_line_of_data_is_not_taken_for_names() -> None:
    records, problems = read("https://a.example/,1\nhttps://b.example/,2\n")
    assert [line for line, _ in records] == [1, 2]
    assert [problem.code for problem in problems] == [ProblemCode.NO_HEADER]


def test_a_forced_delimiter_of_two_characters_is_refused() -> None:
    with pytest.raises(ImportRefused, match="not a single character"):
        table_of("a,b\n1,2\n", delimiter="::")


@pytest.mark.parametrize(
    "encoding",
    ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252", "cp1250", "cp1251", "shift_jis"],
)
def test_the_encoding_is_detected(encoding: str) -> None:
    samples = {
        "cp1250": "Žluťoučký kůň úpěl ďábelské ódy, příliš žluťoučký",
        "cp1251": "Съешь ещё этих мягких французских булок, да выпей чаю",
        "shift_jis": "色は匂へど散りぬるを我が世誰ぞ常ならむ東京都渋谷区",
    }
    text = samples.get(encoding, "Größe, Café “Arkö” – 5 € für Señor Müller")
    content = "site_url;text\n" + "".join(f"https://a.example/{number};{text}\n" for number in range(20))
    assert rows_of(table_of(content.encode(encoding)))[7] == ["https://a.example/7", text]


def test_one_bad_byte_late_in_a_utf_8_file_is_told_with_its_line() -> None:
    good = "".join(f"https://a.example/{number},Größe\n" for number in range(30_000)).encode()
    records, problems = read(b"site_url,text\n" + good + b"https://b.example/,Gr\xf6\xdfe\n")
    assert len(records) == 30_001
    assert [(p.line, p.column, p.code, p.found) for p in problems] == [
        (30_002, "text", ProblemCode.UNDECODABLE, "0xF6 0xDF")
    ]
