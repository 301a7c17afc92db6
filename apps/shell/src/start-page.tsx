import { Icon, type IconName } from "@mullion/ui";
import Head from "next/head";
import type { ReactNode } from "react";
import styles from "./start-page.module.css";

const points: readonly { icon: IconName; title: string; text: string }[] = [
  {
    icon: "box",
    title: "Many teams, one window",
    text: "Every part of this workspace is built and deployed by the team that owns it, and seen here as one.",
  },
  {
    icon: "shield",
    title: "Nothing to steal in the browser",
    text: "Your session is one opaque cookie. Tokens stay on the server, and every service checks them again.",
  },
  {
    icon: "refresh",
    title: "One pane can fail, the rest lives",
    text: "When a part is away, its pane says so and comes back by itself. You keep your place.",
  },
];

/** What a visitor sees who is not signed in. */
export function StartPage(): ReactNode {
  return (
    <div className={styles["start"]}>
      <Head>
        <title>Mullion</title>
        <meta name="description" content="The workspace of your teams: one window, many panes." />
      </Head>
      <h1 className={styles["title"]}>Your teams’ work, in one window.</h1>
      <p className={styles["lead"]}>Sign in to see your dashboard, analytics, profile and administration.</p>
      {/* A plain link: sign-in leaves this application, and nothing of it may be prefetched. */}
      <a className="mu-button mu-button--primary" href="/signin">
        Sign in
      </a>
      <ul className={styles["points"]}>
        {points.map(({ icon, title, text }) => (
          <li key={title} className="mu-card">
            <Icon name={icon} />
            <h2 className={styles["pointTitle"]}>{title}</h2>
            <p className={styles["pointText"]}>{text}</p>
          </li>
        ))}
      </ul>
    </div>
  );
}
