import type { Configuration, ErrorOut, errors, KoaContextWithOIDC } from "oidc-provider";
import { errorPage } from "../pages/error-page.ts";
import type { PageContext } from "../pages/layout.ts";
import { signedOutPage, signOutPage } from "../pages/sign-out-page.ts";

type Logout = NonNullable<NonNullable<Configuration["features"]>["rpInitiatedLogout"]>;

/** The id of the form that the library makes for signing out; our buttons belong to it. */
const logoutFormId = "op.logoutForm";

/** The pages that the library itself shows, in our look. */
export function renderWith(pages: PageContext): {
  error: NonNullable<Configuration["renderError"]>;
  logout: Pick<Logout, "logoutSource" | "postLogoutSuccessSource">;
} {
  return {
    error: (ctx: KoaContextWithOIDC, out: ErrorOut, error: errors.OIDCProviderError | Error) => {
      ctx.type = "html";
      ctx.body = errorPage(pages, {
        status: ctx.status,
        code: out.error,
        ...(out.error_description === undefined ? {} : { description: out.error_description }),
        expired: error.name === "SessionNotFound",
      }).html;
    },
    logout: {
      logoutSource: (ctx, form) => {
        ctx.body = signOutPage(pages, { form, formId: logoutFormId }).html;
      },
      postLogoutSuccessSource: (ctx) => {
        ctx.type = "html";
        ctx.body = signedOutPage(pages).html;
      },
    },
  };
}
