"""Addresses of review and suspects."""

from __future__ import annotations

from django.urls import path

from analytics.views import review, suspects

REVIEW = "o/<slug:slug>/executions/<uuid:execution_id>/review/"
SUSPECT = "o/<slug:slug>/suspects/<uuid:suspect_id>/"

urlpatterns = [
    path(REVIEW, review.execution_review, name="execution_review"),
    path(f"{REVIEW}go/", review.review_go, name="review_go"),
    path(f"{REVIEW}decide/", review.review_decide, name="review_decide"),
    path(f"{REVIEW}undo/", review.review_undo, name="review_undo"),
    path(f"{REVIEW}hold/", review.review_hold, name="review_hold"),
    path("o/<slug:slug>/projects/<uuid:project_id>/review/", suspects.project_review, name="project_review"),
    path("o/<slug:slug>/projects/<uuid:project_id>/suspects/", suspects.project_suspects, name="project_suspects"),
    path(f"{SUSPECT}correct/", suspects.suspect_correct_truth, name="suspect_correct"),
    path(f"{SUSPECT}dismiss/", suspects.suspect_dismiss_it, name="suspect_dismiss"),
    path(f"{SUSPECT}reopen/", suspects.suspect_open_again, name="suspect_reopen"),
]
