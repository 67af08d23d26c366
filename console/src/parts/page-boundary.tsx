// SPDX-License-Identifier: Apache-2.0
// What is shown instead of a page that cannot be: its part of the program did not come, or failed at what it was given.
// The frame around it stays, and every other page works.
import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import { Component, type ReactNode } from "react";
import { problemOf } from "../errors";

export class PageBoundary extends Component<{ children: ReactNode }, { error?: unknown }> {
  override state: { error?: unknown } = {};

  static getDerivedStateFromError(error: unknown) {
    return { error };
  }

  override render() {
    const { error } = this.state;
    if (error === undefined) return this.props.children;
    const problem = problemOf(error);
    return (
      <Alert
        type="error"
        header="This page cannot be shown"
        action={<Button onClick={() => window.location.reload()}>Load the console anew</Button>}
      >
        {problem.name}: {problem.message} Another page may work; loading the console anew signs out.
      </Alert>
    );
  }
}
