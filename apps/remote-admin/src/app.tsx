import { profileSchema } from "@mullion/contracts";
import { RequireRole, useBff } from "@mullion/session";
import { createFormatter, EmptyState, type Formatter, Page, PageHeader } from "@mullion/ui";
import type { ReactNode } from "react";
import { Remotes } from "./remotes.tsx";
import { Users } from "./users.tsx";

/** The page at `/admin`: people with their roles, remotes with their versions. */
export default function App(): ReactNode {
  return (
    <Page>
      <PageHeader title="Admin" lead="People and their roles; remotes and their versions." />
      <RequireRole
        roles={["admin"]}
        fallback={
          <EmptyState
            icon="shield"
            title="Administrators only"
            detail="Your roles do not include this page."
          />
        }
      >
        <Consoles />
      </RequireRole>
    </Page>
  );
}

// Apart from App, so that nobody without the role sends its requests.
function Consoles(): ReactNode {
  const { data } = useBff("/profile/me", profileSchema);
  const format: Formatter = createFormatter(data?.preferences);
  return (
    <>
      <Users format={format} />
      <Remotes format={format} />
    </>
  );
}
