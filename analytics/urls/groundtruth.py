"""Addresses of working on the ground truth."""

from __future__ import annotations

from django.urls import URLPattern, path

from analytics.views import cells, sheet, taking, truth_change, truth_file

BATCH = "o/<slug:slug>/batches/<uuid:batch_id>"

urlpatterns: list[URLPattern] = [
    path(f"{BATCH}/truth/sheet/", sheet.truth_sheet, name="truth_sheet"),
    path(f"{BATCH}/truth/sheet/rows/", sheet.truth_sheet_rows, name="truth_sheet_rows"),
    path(f"{BATCH}/truth/sheet/save/", sheet.truth_sheet_save, name="truth_sheet_save"),
    path(f"{BATCH}/truth/sheet/check/", sheet.truth_sheet_check, name="truth_sheet_check"),
    path(f"{BATCH}/truth/file/", truth_file.truth_file, name="truth_file"),
    path(f"{BATCH}/truth/file/set/", truth_file.truth_file_set, name="truth_file_set"),
    path(f"{BATCH}/rows/<int:number>/truth/cell/", cells.truth_cell, name="truth_cell"),
    path(f"{BATCH}/rows/<int:number>/truth/notes/", cells.truth_note_add, name="truth_note_add"),
    path("o/<slug:slug>/executions/<uuid:execution_id>/truth/take/", taking.execution_take, name="execution_take"),
    path("o/<slug:slug>/truth/changes/<uuid:change_id>/", truth_change.truth_change, name="truth_change"),
    path(
        "o/<slug:slug>/truth/changes/<uuid:change_id>/take-back/",
        truth_change.truth_change_take_back,
        name="truth_change_take_back",
    ),
    path("o/<slug:slug>/truth-notes/<uuid:note_id>/delete/", cells.truth_note_delete, name="truth_note_delete"),
]
