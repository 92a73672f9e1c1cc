"""What of the audit trail a page or a file is asked for: who, what, when, about what, with which text."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from accounts.audit.actions import ACTIONS, SUBJECTS
from accounts.models import ApiKey, AuditEntry, Channel, Membership, Organization
from accounts.models.audit_entry import AuditEntryQuerySet
from mino.common.values.clean import clean_text

LOOKED_AT = 50_000
"""A text is looked for in so many entries; then the page offers to go on with older ones."""
MOST_PEOPLE = 300
LONGEST_TEXT = 200
NEWEST = ("timestamp", "id")
CHANNELS = {Channel.WORKER: "Workers", Channel.ADMIN: "Platform staff", Channel.COMMAND: "Command line"}


def who_choices(organization: Organization) -> list[tuple[str, Any]]:
    """The people and the keys of an organization, and what else acts."""
    members = Membership.objects.filter(organization=organization).select_related("user").order_by("user__email")
    keys = ApiKey.objects.filter(organization=organization).order_by("name", "id")
    people = [(f"person:{one.user_id}", one.user.email) for one in members[:MOST_PEOPLE]]
    programs = [(f"key:{one.pk}", str(one)) for one in keys[:MOST_PEOPLE]]
    others = [(f"by:{channel}", words) for channel, words in CHANNELS.items()]
    groups = [("People", people), ("API keys", programs), ("Others", others)]
    return [("", "Anybody"), *(group for group in groups if group[1])]


def what_choices() -> list[tuple[str, Any]]:
    """All acts, grouped by what they are about; each group can be chosen as a whole."""
    groups: list[tuple[str, Any]] = [("", "Anything")]
    for noun, words in SUBJECTS.items():
        acts = [(name, act.words) for name, act in ACTIONS.items() if name.partition(".")[0] == noun]
        groups.append((words, [(noun, f"{words}: all"), *acts]))
    return groups


class AuditFilterForm(forms.Form):
    """The filters of the page, as they stand in the address."""

    who = forms.ChoiceField(required=False, label="Who")
    what = forms.ChoiceField(required=False, label="What")
    since = forms.DateField(required=False, label="From", widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(required=False, label="To", widget=forms.DateInput(attrs={"type": "date"}))
    search = forms.CharField(
        required=False,
        label="Text",
        max_length=LONGEST_TEXT,
        widget=forms.TextInput(attrs={"type": "search", "placeholder": "Name, address, value"}),
    )

    def __init__(self, data: QueryDict, *, organization: Organization) -> None:
        super().__init__(data)
        self.fields["who"].choices = self._with_linked(data.get("who", ""), who_choices(organization))  # type: ignore[attr-defined]
        self.fields["what"].choices = what_choices()  # type: ignore[attr-defined]

    @staticmethod
    def _with_linked(who: str, choices: list[tuple[str, Any]]) -> list[tuple[str, Any]]:
        """Who has left stands in links alone."""
        known = {name for _, group in choices[1:] for name, _ in group}
        kind, _, wanted = who.partition(":")
        if who in known or kind not in ("person", "key") or _uuid(wanted) is None:
            return choices
        return [*choices, (who, "Somebody who has left" if kind == "person" else "A key that is gone")]


@dataclass(frozen=True, slots=True)
class Ask:
    """What is asked for. What can't be meant is left out."""

    who: str = ""
    what: str = ""
    since: date | None = None
    until: date | None = None
    search: str = ""
    subject: str = ""
    before: datetime | None = None

    @classmethod
    def of(cls, form: AuditFilterForm) -> Ask:
        """What an address asks for: the fields of the form, the id of a subject, and where a search goes on."""
        form.is_valid()
        given = {name: form.cleaned_data.get(name) or None for name in form.fields}
        before = parse_datetime(form.data.get("before", "")[:40]) if form.data.get("before") else None
        return cls(
            who=given["who"] or "",
            what=given["what"] or "",
            since=given["since"],
            until=given["until"],
            search=clean_text(given["search"] or "").strip(),
            subject=str(_uuid(form.data.get("subject", "")) or ""),
            before=before if before and timezone.is_aware(before) else None,
        )

    @property
    def narrows(self) -> bool:
        """Whether anything is chosen."""
        return self != Ask()

    def narrow(self, entries: AuditEntryQuerySet) -> AuditEntryQuerySet:
        """The entries that are asked for."""
        found = entries.filter(self._who() & self._what() & self._when() & self._text())
        return found.filter(object_pk=self.subject) if self.subject else found

    def narrow_some(self, entries: AuditEntryQuerySet) -> tuple[AuditEntryQuerySet, datetime | None]:
        """The same; a text is looked for among the newest `LOOKED_AT` of what indexes find.

        Also gives from where on older ones are left, if any.
        """
        found = self.narrow(entries)
        if not self.search:
            return found, None
        plain = Ask(who=self.who, what=self.what, since=self.since)
        known = plain.narrow(entries).filter(self._when())
        oldest = oldest_looked_at(known)
        return (found.filter(timestamp__gt=oldest), oldest) if oldest else (found, None)

    def _who(self) -> Q:
        kind, _, wanted = self.who.partition(":")
        fields = {"person": "actor", "key": "api_key_id", "by": "channel"}
        return Q(**{fields[kind]: wanted}) if kind in fields else Q()

    def _what(self) -> Q:
        if not self.what:
            return Q()
        return Q(event=self.what) if "." in self.what else Q(subject_kind=self.what)

    def _when(self) -> Q:
        when = Q(timestamp__gte=_midnight(self.since)) if self.since else Q()
        if self.until:
            when &= Q(timestamp__lt=_midnight(self.until + timedelta(days=1)))
        return when & Q(timestamp__lte=self.before) if self.before else when

    def _text(self) -> Q:
        return text_in(self.search) if self.search else Q()


def text_in(search: str) -> Q:
    """Entries with the text in a name, an address or a value, or of the request with this id."""
    places = ("object_repr", "actor_email", "api_key_text", "remote_addr", "changes")
    found = Q(cid=search)
    for place in places:
        found |= Q(**{f"{place}__icontains": search})
    escaped = json.dumps(search)[1:-1]  # SQLite keeps JSON without letters beyond ASCII
    return found if escaped == search else found | Q(changes__icontains=escaped)


def oldest_looked_at(entries: QuerySet[AuditEntry]) -> datetime | None:
    """When the newest entry was made that is too many to look at; None where there are not so many."""
    newest = entries.order_by("-timestamp", "-id").values_list("timestamp", flat=True)
    return newest[LOOKED_AT : LOOKED_AT + 1].first()


def in_chunks(entries: AuditEntryQuerySet, size: int = 1_000) -> Iterator[Sequence[AuditEntry]]:
    """All entries, newest first, some at a time: each chunk is a query of its own, and none is held open."""
    entries, more = entries.order_by("-timestamp", "-id"), Q()
    while found := list(entries.filter(more)[:size]):
        yield found
        last = found[-1]
        more = Q(timestamp__lte=last.timestamp) & (Q(timestamp__lt=last.timestamp) | Q(id__lt=last.pk))


def _midnight(day: date) -> datetime:
    """The beginning of a day in the reader's time zone."""
    return timezone.make_aware(datetime.combine(day, time.min))


def _uuid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None
