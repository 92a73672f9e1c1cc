"""What changed between two versions of instructions."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from projects.instruction_diff import InstructionDiff, instruction_diff

TEXTS = st.lists(st.sampled_from(["Open the page.", "Return the price.", "Return a price!", ""]), max_size=12)


def told(diff: InstructionDiff) -> list[tuple[str, int, str]]:
    return [
        (line.kind, line.number, "".join(f"[{text}]" if differs else text for text, differs in line.pieces))
        for line in diff.lines
    ]


def test_a_changed_line_shows_its_changed_words() -> None:
    diff = instruction_diff("Open it.\nReturn the price shown.", "Open it.\nReturn the price paid.\nAs EUR.")
    assert told(diff) == [
        ("same", 1, "Open it."),
        ("cut", 2, "Return the price [shown]."),
        ("add", 2, "Return the price [paid]."),
        ("add", 3, "[As EUR.]"),
    ]
    assert (diff.added, diff.cut) == (2, 1)


def test_far_unchanged_lines_are_left_out() -> None:
    old = "\n".join(f"line {n}" for n in range(1, 31))
    diff = instruction_diff(old, old.replace("line 10\n", "line ten\n").replace("line 30", "the end"))
    assert [(line.kind, line.number) for line in diff.lines if line.kind != "same"] == [
        ("gap", 6),
        ("cut", 10),
        ("add", 10),
        ("gap", 13),
        ("cut", 30),
        ("add", 30),
    ]


@given(TEXTS, TEXTS)
def test_both_texts_can_be_read_off_the_whole_difference(old: list[str], new: list[str]) -> None:
    lines = instruction_diff("\n".join(old), "\n".join(new), context=100).lines
    for kind, text in (("cut", old), ("add", new)):
        side = ["".join(piece for piece, _ in line.pieces) for line in lines if line.kind in ("same", kind)]
        assert side == "\n".join(text).splitlines()


def test_a_line_that_returns_thousands_of_times_is_compared_all_the_same() -> None:
    diff = instruction_diff("a\n" * 12_000, "a\n" * 6_000 + "b\n" + "a\n" * 6_000)
    assert (diff.added, diff.cut) == (1, 0)
    assert [line.kind for line in diff.lines] == ["gap", "same", "same", "same", "add", "same", "same", "same", "gap"]
