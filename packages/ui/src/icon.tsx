import type { ReactNode } from "react";

const shapes = {
  user: (
    <>
      <circle cx="12" cy="8" r="3.75" />
      <path d="M4.75 20c.6-3.9 3.5-6 7.25-6s6.65 2.1 7.25 6" />
    </>
  ),
  dashboard: (
    <>
      <rect x="3.75" y="3.75" width="6.5" height="9" rx="1.25" />
      <rect x="13.75" y="3.75" width="6.5" height="5" rx="1.25" />
      <rect x="3.75" y="16.25" width="6.5" height="4" rx="1.25" />
      <rect x="13.75" y="12.25" width="6.5" height="8" rx="1.25" />
    </>
  ),
  chart: <path d="M4 20.25h16M6.5 16.5v-5M12 16.5V4.5M17.5 16.5v-8" />,
  shield: <path d="M12 3.5 5 6v5.5c0 4.4 2.9 7.4 7 9 4.1-1.6 7-4.6 7-9V6zM9 12l2.2 2.2L15.2 10" />,
  box: <path d="m12 3.5 7.5 4.25v8.5L12 20.5l-7.5-4.25v-8.5zM4.75 7.9 12 12l7.25-4.1M12 12v8.25" />,
  "sign-out": (
    <path d="M14 4.25H6.75a1.5 1.5 0 0 0-1.5 1.5v12.5a1.5 1.5 0 0 0 1.5 1.5H14M10.5 12h9.25m-3.5-3.5 3.5 3.5-3.5 3.5" />
  ),
  sun: (
    <>
      <circle cx="12" cy="12" r="3.75" />
      <path d="M12 3v1.75M12 19.25V21M3 12h1.75M19.25 12H21M5.65 5.65 6.9 6.9M17.1 17.1l1.25 1.25M18.35 5.65 17.1 6.9M6.9 17.1l-1.25 1.25" />
    </>
  ),
  moon: <path d="M19.75 14.4A8 8 0 0 1 9.6 4.25a8 8 0 1 0 10.15 10.15z" />,
  system: (
    <path d="M4.5 5h15a1 1 0 0 1 1 1v9.5a1 1 0 0 1-1 1h-15a1 1 0 0 1-1-1V6a1 1 0 0 1 1-1zM9 20h6M12 16.5V20" />
  ),
  phone: (
    <path d="M8 3.75h8a1.25 1.25 0 0 1 1.25 1.25v14A1.25 1.25 0 0 1 16 20.25H8A1.25 1.25 0 0 1 6.75 19V5A1.25 1.25 0 0 1 8 3.75zM11 17.5h2" />
  ),
  pause: <path d="M9 6v12M15 6v12" />,
  play: <path d="M8 5.5v13l10.5-6.5z" />,
  check: <path d="m5 12.5 4.5 4.5L19 7.5" />,
  warning: <path d="M12 4 2.9 19.5h18.2zM12 10v4.25M12 17v.1" />,
  refresh: <path d="M19.5 12a7.5 7.5 0 1 1-2.2-5.3l2.2 2.2M19.5 4.5v4.4h-4.4" />,
  pin: <path d="M9 4h6l-.6 5.6 3.1 3.4v1.5h-11V13l3.1-3.4zM12 14.5V20" />,
  code: <path d="m8.5 7.5-4.5 4.5 4.5 4.5M15.5 7.5l4.5 4.5-4.5 4.5M13.5 5l-3 14" />,
  note: <path d="M5 4.5h14v10.25L14.75 19H5zM14.5 19v-4.5H19M8.5 8.75h7M8.5 12h4" />,
} satisfies Record<string, ReactNode>;

/** Names of the icons. */
export type IconName = keyof typeof shapes;

/** A line icon in the colour of the text beside it. Decoration only: the text says what it means. */
export function Icon({ name }: { readonly name: IconName }): ReactNode {
  return (
    <svg
      className="mu-icon"
      viewBox="0 0 24 24"
      width="18"
      height="18"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.6"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      {shapes[name]}
    </svg>
  );
}
