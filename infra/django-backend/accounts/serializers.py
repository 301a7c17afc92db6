"""What goes in and out, and what the tokens carry."""

from django.contrib.auth import get_user_model
from rest_framework import serializers
from rest_framework.exceptions import AuthenticationFailed
from rest_framework_simplejwt.serializers import TokenObtainPairSerializer, TokenRefreshSerializer
from rest_framework_simplejwt.settings import api_settings
from rest_framework_simplejwt.tokens import RefreshToken


def roles_of(user):
    """Names of the user's groups."""
    return sorted(group.name for group in user.groups.all())


class SignInSerializer(TokenObtainPairSerializer):
    """Adds who the user is; simplejwt copies the claims from the refresh token to each access token."""

    @classmethod
    def get_token(cls, user):
        token = super().get_token(user)
        token["name"] = user.get_full_name() or user.get_username()
        token["email"] = user.email
        token["roles"] = roles_of(user)
        return token


class SignInRefreshSerializer(TokenRefreshSerializer):
    """simplejwt before 5.5 also refreshes for users who were deactivated meanwhile (CVE-2024-22513)."""

    def validate(self, attrs):
        user_id = RefreshToken(attrs["refresh"])[api_settings.USER_ID_CLAIM]
        if not get_user_model().objects.filter(pk=user_id, is_active=True).exists():
            raise AuthenticationFailed("No active account", "no_active_account")
        return super().validate(attrs)


class MeSerializer(serializers.Serializer):
    """The signed-in user. Only the name may be changed."""

    id = serializers.IntegerField(read_only=True)
    username = serializers.CharField(read_only=True)
    email = serializers.EmailField(read_only=True)
    name = serializers.CharField(source="first_name", max_length=150)
    roles = serializers.SerializerMethodField()

    def get_roles(self, user):
        return roles_of(user)

    def update(self, user, validated):
        user.first_name = validated["first_name"]
        user.save(update_fields=["first_name"])
        return user
