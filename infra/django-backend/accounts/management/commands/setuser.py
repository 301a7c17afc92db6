"""Creates or changes a user; the password comes on standard input, so that no process list shows it."""

import sys

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = "Create or change a user. Reads the password from standard input; an empty one keeps what is there."

    def add_arguments(self, parser):
        parser.add_argument("username")
        parser.add_argument("--email", required=True)
        parser.add_argument("--name", required=True)
        parser.add_argument("--role", action="append", default=[], help="Name of a group. May be given often.")
        parser.add_argument("--inactive", action="store_true")

    def handle(self, *, username, email, name, role, inactive, **_options):
        user, _created = get_user_model().objects.get_or_create(username=username)
        user.email = email
        user.first_name = name
        user.is_active = not inactive
        password = sys.stdin.readline().rstrip("\n")
        if password:
            user.set_password(password)
        elif not user.password:
            user.set_unusable_password()
        user.save()
        user.groups.set([Group.objects.get_or_create(name=one)[0] for one in role])
