// SPDX-License-Identifier: Apache-2.0
// A link to another page of the console: followed within it, and openable in a tab of its own.
import Link, { type LinkProps } from "@cloudscape-design/components/link";
import type { ReactNode } from "react";
import { useNavigate } from "react-router-dom";

interface Properties {
  to: string;
  children: ReactNode;
  variant?: LinkProps.Variant;
  ariaLabel?: string;
}

export function PageLink({ to, children, variant = "secondary", ariaLabel }: Properties) {
  const navigate = useNavigate();
  return (
    <Link
      variant={variant}
      ariaLabel={ariaLabel}
      href={`/console${to}`}
      onFollow={(event) => {
        event.preventDefault();
        navigate(to);
      }}
    >
      {children}
    </Link>
  );
}
