"""Addresses of analytics, a module for each kind of page."""

from analytics.urls import charts, exports, folders, grid, groundtruth, pages, patterns, review

urlpatterns = [
    *pages.urlpatterns,
    *grid.urlpatterns,
    *groundtruth.urlpatterns,
    *folders.urlpatterns,
    *review.urlpatterns,
    *charts.urlpatterns,
    *patterns.urlpatterns,
    *exports.urlpatterns,
]
