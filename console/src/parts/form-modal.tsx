// SPDX-License-Identifier: Apache-2.0
// A form in front of a page: what it holds is sent once, and stays with AWS's error where it is refused.
import type { ModalProps } from "@cloudscape-design/components/modal";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { ReactNode } from "react";
import { ProblemAlert } from "../errors";
import { Dialog, useSending } from "./dialog";

interface Properties {
  header: string;
  action: string;
  size?: ModalProps.Size;
  children: ReactNode;
  /** Undefined where the form holds a fault, which it shows itself. */
  send: () => Promise<unknown> | undefined;
  onDone: () => void;
  onDismiss: () => void;
}

export function FormModal({ header, action, size, children, send, onDone, onDismiss }: Properties) {
  const sending = useSending(onDone);
  const submit = () => {
    const sent = send();
    if (sent) sending.send(sent);
  };
  return (
    <Dialog header={header} action={action} size={size} isBusy={sending.isBusy} onAct={submit} onDismiss={onDismiss}>
      <SpaceBetween size="m">
        <ProblemAlert error={sending.error} />
        {children}
      </SpaceBetween>
    </Dialog>
  );
}
