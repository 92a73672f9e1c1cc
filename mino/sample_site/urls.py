"""Addresses of the sample shop."""

from django.urls import path

from mino.sample_site import views

urlpatterns = [
    path("", views.shop, name="sample_shop"),
    path("goods/<slug:product_slug>/", views.product, name="sample_product"),
]
