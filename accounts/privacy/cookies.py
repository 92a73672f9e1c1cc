"""All that MINO keeps in a reader's browser: the one list, which a test holds against code and scripts."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Kept:
    """Something that the browser keeps: its name, what for, and for how long."""

    name: str
    purpose: str
    duration: str


COOKIES = (
    Kept("sessionid", "Keeps you signed in. Without it nobody can sign in.", "Two weeks after you signed in"),
    Kept("csrftoken", "Proves that a form was sent from MINO's own pages.", "One year"),
    Kept("messages", "Carries a short note, such as “saved”, to the next page.", "Until that page is shown"),
    Kept("organization", "The organization that you used last, to lead you there again.", "One year"),
    Kept("time_zone", "Your browser's time zone, so that times are yours.", "One year"),
)
STORAGE = (
    Kept("mino-theme", "Light or dark, if you chose one.", "Until you delete it"),
    Kept("mino.hidden-columns.…", "The columns of a batch's grid that you have hidden.", "Until you delete it"),
    Kept("mino-suspect-place", "Which suspect you were at, to go on there after an act.", "Until the next page"),
)
"""What scripts keep in the browser's local or session storage."""
