"""`{{ form }}` everywhere: label, control, help, and what is wrong at its field."""

from __future__ import annotations

from django import forms


class Order(forms.Form):
    name = forms.CharField(max_length=10, help_text="At most ten letters.")
    note = forms.CharField(required=False, widget=forms.Textarea(attrs={"class": "mn-mono"}))
    kind = forms.ChoiceField(choices=[("a", "First"), ("b", "Second")])
    agreed = forms.BooleanField(required=False)
    secret = forms.CharField(required=False, widget=forms.PasswordInput)
    token = forms.CharField(required=False, widget=forms.HiddenInput)

    def clean(self) -> None:
        raise forms.ValidationError("It is closed on Sundays.")


def test_controls_get_the_class_of_their_kind_and_keep_their_own() -> None:
    html = str(Order())
    assert 'class="form-control" id="id_name"' in html
    assert 'class="form-control mn-mono" id="id_note"' in html
    assert 'class="form-select" id="id_kind"' in html
    assert 'class="form-check-input" id="id_agreed"' in html
    assert 'type="hidden" name="token" id="id_token"' in html


def test_the_browser_gets_what_the_server_checks() -> None:
    assert 'maxlength="10" required aria-describedby="id_name_helptext"' in str(Order())


def test_an_error_stands_at_its_field_and_is_tied_to_it() -> None:
    html = str(Order({"kind": "a"}))
    assert 'aria-invalid="true" aria-describedby="id_name_helptext id_name_error"' in html
    assert 'id="id_name_error"' in html


def test_an_error_of_the_whole_stands_above_it() -> None:
    html = str(Order({"name": "x", "kind": "a"}))
    assert html.index('role="alert"') < html.index("id_name")
    assert "It is closed on Sundays." in html


def test_what_may_be_left_empty_is_marked_and_passwords_can_be_shown() -> None:
    html = str(Order())
    assert html.count("mn-optional") == 2
    assert 'data-show-password aria-controls="id_secret"' in html


def test_the_page_opens_at_the_first_mistake() -> None:
    html = str(Order({}))
    assert html.count("autofocus") == 1
    assert html.index('name="name"') < html.index("autofocus") < html.index('name="note"')
    assert "autofocus" not in str(Order())
