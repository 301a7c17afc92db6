import type { ReactNode } from "react";
import { Avatar } from "./avatar.tsx";
import { Button } from "./button.tsx";
import { Icon } from "./icon.tsx";

interface AccountProps {
  readonly name: string;
  /** Under the name, e.g. the e-mail address. */
  readonly detail: string;
  readonly signingOut?: boolean;
  readonly onSignOut: () => void;
}

/** Who is signed in, and the way out. */
export function Account({ name, detail, signingOut = false, onSignOut }: AccountProps): ReactNode {
  return (
    <div className="mu-account">
      <Avatar name={name} />
      <span className="mu-account__text">
        <span className="mu-account__name">{name}</span>
        <span className="mu-account__detail">{detail}</span>
      </span>
      <Button
        variant="quiet"
        size="icon"
        aria-label="Sign out"
        title="Sign out"
        busy={signingOut}
        onClick={onSignOut}
      >
        <Icon name="sign-out" />
      </Button>
    </div>
  );
}
