// SPDX-License-Identifier: Apache-2.0
// What stands in front of a page until it is acted on or dismissed.
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Modal, { type ModalProps } from "@cloudscape-design/components/modal";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { type ReactNode, useState } from "react";

interface Properties {
  header: string;
  action: string;
  size?: ModalProps.Size;
  isDisabled?: boolean;
  isBusy?: boolean;
  children: ReactNode;
  onAct: () => void;
  onDismiss: () => void;
}

export function Dialog({ header, action, size, isDisabled, isBusy, children, onAct, onDismiss }: Properties) {
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
            <Button variant="primary" disabled={isDisabled} loading={isBusy} onClick={onAct}>
              {action}
            </Button>
          </SpaceBetween>
        </Box>
      }
    >
      {children}
    </Modal>
  );
}

/** One request at a time, and what came of the last. */
export function useSending(onDone: () => void) {
  const [error, setError] = useState<unknown>(null);
  const [isBusy, setIsBusy] = useState(false);
  const send = (sent: Promise<unknown>) => {
    setIsBusy(true);
    setError(null);
    sent
      .then(onDone)
      .catch(setError)
      .finally(() => setIsBusy(false));
  };
  return { error, isBusy, send };
}
