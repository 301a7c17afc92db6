export { DjangoError, type DjangoErrorCode } from "./errors.ts";
export { findPython, type PythonWithDjango } from "./python.ts";
export { type DjangoOptions, type DjangoServer, type DjangoUser, startDjango } from "./start-django.ts";
