// SPDX-License-Identifier: Apache-2.0
// A form in front of a page: what it holds is sent once, and stays with AWS's error where it is refused.
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Modal, { type ModalProps } from "@cloudscape-design/components/modal";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { type ReactNode, useState } from "react";
import { ProblemAlert } from "../errors";

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
  const [error, setError] = useState<unknown>(null);
  const [isBusy, setIsBusy] = useState(false);
  const submit = () => {
    const sent = send();
    if (!sent) return;
    setIsBusy(true);
    setError(null);
    sent
      .then(onDone)
      .catch(setError)
      .finally(() => setIsBusy(false));
  };
  return (
    <Modal
      visible
      size={size}
      header={header}
      closeAriaLabel="Close"
      onDismiss={onDismiss}
      footer={
        <Box float="right">
          <SpaceBetween size="xs" direction="horizontal">
            <Button onClick={onDismiss}>Cancel</Button>
            <Button variant="primary" loading={isBusy} onClick={submit}>
              {action}
            </Button>
          </SpaceBetween>
        </Box>
      }
    >
      <SpaceBetween size="m">
        <ProblemAlert error={error} />
        {children}
      </SpaceBetween>
    </Modal>
  );
}
