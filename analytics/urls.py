"""Addresses of analytics."""

from django.urls import path

from analytics.views.export import execution_export

urlpatterns = [
    path("o/<slug:slug>/executions/<uuid:execution_id>/export/", execution_export, name="execution_export"),
]
