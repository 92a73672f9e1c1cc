"""Pages about the texts and about one's own data."""

from django.urls import path

from accounts.privacy import views

urlpatterns = [
    path("legal/cookies/", views.cookies, name="legal_cookies"),
    path("legal/<slug:kind>/", views.legal_text, name="legal_text"),
    path("consent/", views.consent, name="consent"),
]
