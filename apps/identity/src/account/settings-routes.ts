import { z } from "zod";
import { deletePage, emailPage, type FormView, passwordPage } from "../pages/account/settings-pages.ts";
import type { FieldErrors } from "../pages/form.ts";
import type { Html } from "../pages/html.ts";
import { html } from "../pages/html.ts";
import { page } from "../pages/layout.ts";
import { sendPage } from "../pages/send-page.ts";
import { addressKey } from "../rate-limit/limits.ts";
import { requireWithin } from "../rate-limit/require-within.ts";
import type { AccountChanges } from "../users/account-changes.ts";
import { maxPasswordLength, minPasswordLength } from "../users/password.ts";
import { objectionTo } from "../users/password-policy.ts";
import { type AccountArea, type AccountRequest, toPage } from "./area.ts";
import { confirm, neededConfirmation } from "./confirmation.ts";
import type { Person } from "./person.ts";

const passwordSchema = z.object({ new_password: z.string().min(1).max(maxPasswordLength) });
const emailSchema = z.object({ email: z.string().trim().toLowerCase().pipe(z.email().max(254)) });
const wrongPassword = { current_password: "This is not your current password." };

interface Rejection {
  status: number;
  errors: FieldErrors;
}

/** Password, e-mail address, and the end of the account. */
export function settingsRoutes(area: AccountArea, changes: AccountChanges): void {
  const { pages, limiter, limits, audit } = area.options;

  async function confirmation(person: Person, request: AccountRequest): Promise<Rejection | undefined> {
    switch (await confirm({ limiter, limits }, person, request)) {
      case "confirmed":
        return undefined;
      case "limited":
        return {
          status: 429,
          errors: { current_password: "Too many attempts. Wait some minutes, then try again." },
        };
      case "wrong":
        await audit.write({
          action: "account.confirmation.failure",
          userId: person.user.id,
          address: request.ip,
        });
        return { status: 422, errors: wrongPassword };
      case "sign_in":
        return { status: 403, errors: {} };
    }
  }

  function form(person: Person, more: Partial<FormView> = {}): FormView {
    return { person: person.user, confirmation: neededConfirmation(person), ...more };
  }
  const password = (person: Person, errors?: FieldErrors): Html =>
    passwordPage(pages, {
      ...form(person, { errors }),
      hasPassword: person.passwordHash !== null,
      minLength: minPasswordLength,
    });

  area.get("/account/password", async (person, _request, reply) => sendPage(reply, 200, password(person)));

  area.post("/account/password", async (person, request, reply) => {
    const { user, sessionUid } = person;
    // What is wrong with the new one is said first: it is no secret, and costs nothing to find out.
    const parsed = passwordSchema.safeParse(request.body).data;
    const objection = parsed === undefined ? "Enter a new password." : objectionTo(parsed.new_password, user);
    if (parsed === undefined || objection !== undefined) {
      return sendPage(reply, 422, password(person, { new_password: objection ?? "Enter a new password." }));
    }
    const rejected = await confirmation(person, request);
    if (rejected !== undefined) return sendPage(reply, rejected.status, password(person, rejected.errors));
    await changes.changePassword({
      userId: user.id,
      password: parsed.new_password,
      keepSessionUid: sessionUid,
      address: request.ip,
    });
    return toPage(reply, "/account", "password");
  });

  area.get("/account/email", async (person, _request, reply) =>
    sendPage(reply, 200, emailPage(pages, form(person))),
  );

  area.post("/account/email", async (person, request, reply) => {
    const { user } = person;
    const email = emailSchema.safeParse(request.body).data?.email;
    const answer = (status: number, errors: FieldErrors): typeof reply =>
      sendPage(reply, status, emailPage(pages, form(person, { errors, values: { email: email ?? "" } })));
    if (email === undefined)
      return answer(422, { email: "Enter an e-mail address, such as name@example.com." });
    if (email === user.email) return answer(422, { email: "This is your address already." });
    const rejected = await confirmation(person, request);
    if (rejected !== undefined) return answer(rejected.status, rejected.errors);
    // Whoever is signed in must not flood a stranger's mailbox either.
    await requireWithin(
      limiter,
      { name: "mail-address", key: addressKey(request.ip), limit: limits.mailPerAddress },
      { name: "mail-account", key: email, limit: limits.mailPerAccount },
    );
    await changes.requestEmailChange({ userId: user.id, email, address: request.ip });
    return toPage(reply, "/account", "email");
  });

  area.get("/account/delete", async (person, _request, reply) =>
    sendPage(reply, 200, deletePage(pages, form(person))),
  );

  area.post("/account/delete", async (person, request, reply) => {
    const { user } = person;
    const answer = (status: number, errors: FieldErrors): typeof reply =>
      sendPage(reply, status, deletePage(pages, form(person, { errors })));
    if (emailSchema.safeParse(request.body).data?.email !== user.email) {
      return answer(422, { email: "Type your address exactly as it is shown." });
    }
    const rejected = await confirmation(person, request);
    if (rejected !== undefined) return answer(rejected.status, rejected.errors);
    const outcome = await changes.deleteAccount({ userId: user.id, address: request.ip });
    if (outcome === "last_admin") {
      return answer(409, { email: "You are the last administrator. Make somebody else one first." });
    }
    const card = html`<p class="mu-muted">Your account is gone, and you are signed out everywhere.</p>`;
    return sendPage(reply, 200, page(pages, "Account deleted", card));
  });
}
