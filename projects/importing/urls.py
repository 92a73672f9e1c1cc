"""Addresses of imports."""

from django.urls import path

from projects.importing import views

urlpatterns = [
    path("o/<slug:slug>/projects/<uuid:project_id>/batches/new/", views.batch_import, name="batch_import"),
    path("o/<slug:slug>/projects/<uuid:project_id>/batches/template/", views.import_template, name="import_template"),
    path("o/<slug:slug>/imports/<uuid:import_id>/", views.import_detail, name="import_detail"),
    path("o/<slug:slug>/imports/<uuid:import_id>/reading/", views.import_reading, name="import_reading"),
    path("o/<slug:slug>/imports/<uuid:import_id>/cancel/", views.import_stop, name="import_cancel"),
    path("o/<slug:slug>/imports/<uuid:import_id>/problems/", views.import_problems, name="import_problems"),
    path("o/<slug:slug>/imports/<uuid:import_id>/left-out/", views.import_left_out, name="import_left_out"),
]
