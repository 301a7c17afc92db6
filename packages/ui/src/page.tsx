import type { ReactNode } from "react";

/** The content of one route, in a column of readable width. */
export function Page({ children }: { readonly children: ReactNode }): ReactNode {
  return <div className="mu-page">{children}</div>;
}

interface PageHeaderProps {
  readonly title: string;
  readonly lead?: ReactNode;
  readonly actions?: ReactNode;
}

/** The one `h1` of a page, what the page is for, and what acts on all of it. */
export function PageHeader({ title, lead, actions }: PageHeaderProps): ReactNode {
  return (
    <header className="mu-page__header">
      <div>
        <h1 className="mu-title">{title}</h1>
        {lead !== undefined && <p className="mu-page__lead">{lead}</p>}
      </div>
      {actions}
    </header>
  );
}
