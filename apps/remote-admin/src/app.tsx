import { profileSchema } from "@mullion/contracts";
import { RequireRole, useBff } from "@mullion/session";
import {
  type Choice,
  createFormatter,
  EmptyState,
  type Formatter,
  Page,
  PageHeader,
  Segments,
} from "@mullion/ui";
import { type ReactNode, useState } from "react";
import { Audit } from "./audit.tsx";
import { Clients } from "./clients/clients.tsx";
import { Keys } from "./keys.tsx";
import { Remotes } from "./remotes.tsx";
import { Users } from "./users.tsx";

type Section = "platform" | "clients" | "audit";
const sections: readonly Choice<Section>[] = [
  { value: "platform", label: "People and remotes" },
  { value: "clients", label: "Clients and keys" },
  { value: "audit", label: "Audit log" },
];

/** The page at `/admin`: people with their roles, remotes with their versions, and what happened at identity. */
export default function App(): ReactNode {
  return (
    <Page>
      <PageHeader
        title="Admin"
        lead="People and their roles, remotes and their versions, and what happened."
      />
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
  const [section, setSection] = useState<Section>("platform");
  return (
    <>
      <Segments label="Section" choices={sections} value={section} onChange={setSection} />
      {section === "platform" && (
        <>
          <Users format={format} />
          <Remotes format={format} />
        </>
      )}
      {section === "clients" && (
        <>
          <Clients format={format} />
          <Keys format={format} />
        </>
      )}
      {section === "audit" && <Audit format={format} />}
    </>
  );
}
