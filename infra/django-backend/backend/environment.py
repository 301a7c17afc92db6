"""Reads settings from the environment. There are no fallback secrets: what is missing stops the start."""

import os

from django.core.exceptions import ImproperlyConfigured


def required(name):
    value = os.environ.get(name, "")
    if not value:
        raise ImproperlyConfigured(f"{name} is not set")
    return value


def secret(name, at_least=32):
    value = required(name)
    if len(value) < at_least:
        raise ImproperlyConfigured(f"{name} must have at least {at_least} characters")
    return value


def seconds(name, default):
    text = os.environ.get(name, str(default))
    if not text.isdecimal() or int(text) == 0:
        raise ImproperlyConfigured(f"{name} must be a whole number of seconds above 0")
    return int(text)


def switch(name, default):
    text = os.environ.get(name, default)
    if text not in ("on", "off"):
        raise ImproperlyConfigured(f"{name} must be on or off")
    return text == "on"
