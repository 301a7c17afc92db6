import { findPython, type Python } from "@mullion/local";

/** Finds a Python that can import Authlib and requests; null, with a notice, where none can be had. */
export async function findAuthlib(): Promise<Python | null> {
  return findPython({
    name: "authlib",
    probe: "import authlib.integrations.requests_client, authlib.jose",
    // What `advice` would bring, for Debian 12 and 13.
    packages: [
      ...["python3-authlib", "python3-cryptography", "python3-cffi-backend"],
      ...["python3-requests", "python3-urllib3", "python3-certifi", "python3-chardet", "python3-idna"],
    ],
    tests: "WITH AUTHLIB",
    advice: "apt-get install python3-authlib python3-requests",
  });
}
