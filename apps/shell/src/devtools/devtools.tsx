import { Button, Icon } from "@mullion/ui";
import { lazy, type ReactNode, Suspense, useState } from "react";
import type { DevtoolsData } from "../bridge/protocol.ts";

// Only whoever opens it pays for it.
const DevtoolsPanel = lazy(() => import("./devtools-panel.tsx"));

/** Opens and closes what developers and administrators may know of the page. Front decides who gets the data. */
export function Devtools({ data }: { readonly data: DevtoolsData }): ReactNode {
  const [isOpen, setIsOpen] = useState(false);
  const toggle = (): void => {
    setIsOpen((open) => !open);
  };
  return (
    <>
      <Button
        variant="quiet"
        size="icon"
        aria-label="Developer tools"
        title="Developer tools"
        aria-expanded={isOpen}
        onClick={toggle}
      >
        <Icon name="code" />
      </Button>
      {isOpen && (
        <Suspense>
          <DevtoolsPanel data={data} onClose={toggle} />
        </Suspense>
      )}
    </>
  );
}
