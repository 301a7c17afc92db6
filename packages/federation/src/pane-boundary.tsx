import type { ReactNode } from "react";
import { Component } from "react";

interface PaneBoundaryProps {
  readonly children: ReactNode;
  readonly onError: (error: Error) => void;
}

/** Keeps a remote's error inside its pane and reports it to the pane, which shows the fallback. */
export class PaneBoundary extends Component<PaneBoundaryProps, { failed: boolean }> {
  override state = { failed: false };

  static getDerivedStateFromError(): { failed: boolean } {
    return { failed: true };
  }

  override componentDidCatch(error: Error): void {
    this.props.onError(error);
  }

  override render(): ReactNode {
    return this.state.failed ? null : this.props.children;
  }
}
