export { DjangoError, type DjangoErrorCode } from "./errors.ts";
export { findDjango } from "./python.ts";
export { type DjangoOptions, type DjangoServer, type DjangoUser, startDjango } from "./start-django.ts";
