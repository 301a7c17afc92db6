"""Every address of the backend."""

from django.urls import path

from accounts.views import MeView, SignInView, SignInRefreshView
from rest_framework_simplejwt.views import TokenBlacklistView

urlpatterns = [
    path("api/token/", SignInView.as_view()),
    path("api/token/refresh/", SignInRefreshView.as_view()),
    path("api/token/blacklist/", TokenBlacklistView.as_view()),
    path("api/me/", MeView.as_view()),
]
