import { findPython, type Python } from "@mullion/local";

/** Finds a Python that can import Django, Django REST framework and simplejwt; null, with a notice, where none can be had. */
export async function findDjango(): Promise<Python | null> {
  return findPython({
    name: "django",
    probe: "import django, rest_framework, rest_framework_simplejwt.token_blacklist",
    // What `advice` would bring, for Debian 12 and 13.
    packages: [
      "python3-django",
      "python3-djangorestframework",
      "python3-djangorestframework-simplejwt",
      "python3-jwt",
      "python3-asgiref",
      "python3-sqlparse",
      "python3-tz",
      "python3-typing-extensions",
    ],
    tests: "AGAINST DJANGO",
    advice: "apt-get install python3-djangorestframework-simplejwt",
  });
}
