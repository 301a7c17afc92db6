import type { ReactNode } from "react";

export function StartPage(): ReactNode {
  return <a href="/signin">Sign in</a>;
}
