"""Every address of the backend."""

from django.urls import path, re_path

from accounts.views import MeView, SignInView, SignInRefreshView
from rest_framework_simplejwt.views import TokenBlacklistView

urlpatterns = [
    path("api/token/", SignInView.as_view()),
    path("api/token/refresh/", SignInRefreshView.as_view()),
    path("api/token/blacklist/", TokenBlacklistView.as_view()),
    # With or without the slash: the BFF's route manifest has no paths that end with one.
    re_path(r"^api/me/?$", MeView.as_view()),
]
