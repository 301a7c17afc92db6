import { profileSchema } from "@mullion/contracts";
import { useBff } from "@mullion/session";
import { Alert, Card, createFormatter, ErrorCard, Page, PageHeader } from "@mullion/ui";
import type { ReactNode } from "react";
import { Devices } from "./devices.tsx";
import { Identity } from "./identity.tsx";
import { PreferencesForm } from "./preferences-form.tsx";
import { PreferencesSkeleton } from "./preferences-skeleton.tsx";

/** The page at `/user`: who the person is, what they can set for themselves, and where they are signed in. */
export default function App(): ReactNode {
  const { data, error, isValidating, refresh } = useBff("/profile/me", profileSchema);
  return (
    <Page>
      <PageHeader title="Profile" lead="Who you are here, and how you like things." />
      <div className="mu-split">
        <Identity preferences={data?.preferences} />
        <div className="mu-stack mu-stack--cards">
          {data === undefined && error !== undefined ? (
            <ErrorCard
              title="Your preferences could not be loaded"
              detail={error.message}
              retrying={isValidating}
              onRetry={() => void refresh()}
            />
          ) : (
            <Card title="Preferences" busy={data === undefined}>
              {data !== undefined && error !== undefined && (
                <Alert tone="warning">These are the last known values. {error.message}</Alert>
              )}
              {data === undefined ? (
                <PreferencesSkeleton />
              ) : (
                <PreferencesForm preferences={data.preferences} />
              )}
            </Card>
          )}
          <Devices format={createFormatter(data?.preferences)} />
        </div>
      </div>
    </Page>
  );
}
