import Link from "next/link";
import type { ReactNode } from "react";
import type { NavigationItem } from "./bridge/protocol.ts";

export function ShellFrame({
  navigation,
  children,
}: {
  readonly navigation: readonly NavigationItem[];
  readonly children: ReactNode;
}): ReactNode {
  return (
    <>
      <nav aria-label="Main">
        {navigation.map((item) => (
          <Link key={item.path} href={item.path}>
            {item.label}
          </Link>
        ))}
      </nav>
      <main>{children}</main>
    </>
  );
}
