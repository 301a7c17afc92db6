"""Sign-in and the signed-in user."""

from rest_framework.response import Response
from rest_framework.views import APIView
from rest_framework_simplejwt.views import TokenObtainPairView, TokenRefreshView

from .serializers import MeSerializer, SignInRefreshSerializer, SignInSerializer


class SignInView(TokenObtainPairView):
    serializer_class = SignInSerializer


class SignInRefreshView(TokenRefreshView):
    serializer_class = SignInRefreshSerializer


class MeView(APIView):
    def get(self, request):
        return Response(MeSerializer(request.user).data)

    def patch(self, request):
        serializer = MeSerializer(request.user, data=request.data)
        serializer.is_valid(raise_exception=True)
        serializer.save()
        return Response(serializer.data)
