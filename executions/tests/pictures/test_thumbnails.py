"""Looking at pictures that nobody vouches for, and making them small."""

from __future__ import annotations

import io
import random

import pytest
from PIL import Image

from executions.pictures import formats, thumbnails
from executions.pictures.formats import picture_format
from executions.pictures.thumbnails import thumbnail_of
from executions.tests.pictures.conftest import image_of


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (image_of("PNG"), "png"),
        (image_of("JPEG"), "jpeg"),
        (image_of("GIF"), None),
        (image_of("PNG", 100_000, 401, mode="1"), None),
        (b"<svg onload=alert(1)>", None),
        (b"\x89PNG\r\n\x1a\n", None),
        (b"", None),
    ],
)
def test_only_png_and_jpeg_of_a_bearable_size_are_pictures(content: bytes, kind: str | None) -> None:
    assert picture_format(content) == kind


def test_a_jpeg_that_makes_readers_go_over_it_again_and_again_is_none() -> None:
    usual = image_of("JPEG", progressive=True)
    assert picture_format(usual) == "jpeg"
    scan = usual[usual.rindex(formats.START_OF_SCAN) : -2]
    assert picture_format(usual[:-2] + scan * formats.MAX_SCANS + usual[-2:]) is None


def test_several_pictures_in_one_file_are_none() -> None:
    content = io.BytesIO()
    two = [Image.new("RGB", (4, 4)), Image.new("RGB", (4, 4))]
    two[0].save(content, "MPO", save_all=True, append_images=two[1:])
    assert picture_format(content.getvalue()) is None


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA"])
def test_a_thumbnail_is_a_small_jpeg_whatever_the_colours(mode: str) -> None:
    small = Image.open(io.BytesIO(thumbnail_of(image_of("PNG", 1440, 900, mode)) or b""))
    assert (small.format, small.size) == ("JPEG", (480, 300))


def test_what_is_clear_is_white() -> None:
    content = io.BytesIO()
    Image.new("RGBA", (10, 10), (255, 0, 0, 0)).save(content, "PNG")
    small = Image.open(io.BytesIO(thumbnail_of(content.getvalue()) or b""))
    assert small.getpixel((5, 5)) == (255, 255, 255)


def test_of_a_page_many_screens_long_the_top_is_shown() -> None:
    small = Image.open(io.BytesIO(thumbnail_of(image_of("JPEG", 1440, 16_000)) or b""))
    assert small.size == (320, 480)


def test_a_damaged_picture_has_no_thumbnail() -> None:
    noise = Image.frombytes("RGB", (300, 300), random.Random(1).randbytes(270_000))
    content = io.BytesIO()
    noise.save(content, "JPEG")
    assert thumbnail_of(content.getvalue())
    assert thumbnail_of(content.getvalue()[:20_000]) is None


def test_unpacking_ends_when_its_time_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(thumbnails, "SECONDS", -1)
    assert thumbnail_of(image_of()) is None
