import type { ElementType, ReactNode } from "react";
import { BrandMark } from "./brand.tsx";
import { Icon, type IconName } from "./icon.tsx";

/** What the frame gives to the host's link component, e.g. `next/link`. */
export interface FrameLinkProps {
  readonly href: string;
  readonly className?: string;
  readonly children?: ReactNode;
  readonly "aria-current"?: "page" | undefined;
}

/** One entry of the navigation. */
export interface FrameNavigationItem {
  readonly label: string;
  readonly href: string;
  readonly icon: IconName;
  readonly current: boolean;
}

interface AppFrameProps {
  readonly navigation: readonly FrameNavigationItem[];
  /** Renders links; a plain anchor when left out. */
  readonly link?: ElementType<FrameLinkProps>;
  readonly homeHref?: string;
  /** Right end of the bar: theme, account. */
  readonly tools?: ReactNode;
  /** Above the content, for matters of the whole platform. */
  readonly banner?: ReactNode;
  readonly children: ReactNode;
}

/** The frame around the panes: bar above, navigation beside the content, or below it on a narrow screen. */
export function AppFrame({
  navigation,
  link: Link = "a",
  homeHref = "/",
  tools,
  banner,
  children,
}: AppFrameProps): ReactNode {
  return (
    <>
      <a className="mu-skip" href="#main">
        Skip to content
      </a>
      <div className={navigation.length === 0 ? "mu-frame mu-frame--bare" : "mu-frame"}>
        <header className="mu-frame__bar">
          <Link className="mu-brand" href={homeHref}>
            <BrandMark />
            Mullion
          </Link>
          <div className="mu-frame__tools">{tools}</div>
        </header>
        {navigation.length > 0 && (
          <nav className="mu-frame__nav" aria-label="Main">
            <ul className="mu-frame__links">
              {navigation.map((item) => (
                <li key={item.href}>
                  <Link
                    className="mu-frame__link"
                    href={item.href}
                    aria-current={item.current ? "page" : undefined}
                  >
                    <Icon name={item.icon} />
                    {item.label}
                  </Link>
                </li>
              ))}
            </ul>
          </nav>
        )}
        <main className="mu-frame__main" id="main" tabIndex={-1}>
          {banner !== undefined && <div className="mu-frame__banner">{banner}</div>}
          {children}
        </main>
      </div>
    </>
  );
}
