// SPDX-License-Identifier: Apache-2.0
// Asks before what cannot be taken back: a word has to be typed.
import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import Modal from "@cloudscape-design/components/modal";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { type ReactNode, useState } from "react";
import { ProblemAlert } from "../errors";

interface Properties {
  header: string;
  /** What has to be typed. */
  word: string;
  action: string;
  children: ReactNode;
  run: () => Promise<unknown>;
  onDone: () => void;
  onDismiss: () => void;
}

export function ConfirmModal({ header, word, action, children, run, onDone, onDismiss }: Properties) {
  const [text, setText] = useState("");
  const [error, setError] = useState<unknown>(null);
  const [isBusy, setIsBusy] = useState(false);
  const confirm = () => {
    if (text !== word) return;
    setIsBusy(true);
    setError(null);
    run()
      .then(onDone)
      .catch(setError)
      .finally(() => setIsBusy(false));
  };
  return (
    <Modal
      visible
      header={header}
      closeAriaLabel="Close"
      onDismiss={onDismiss}
      footer={
        <Box float="right">
          <SpaceBetween size="xs" direction="horizontal">
            <Button onClick={onDismiss}>Cancel</Button>
            <Button variant="primary" disabled={text !== word} loading={isBusy} onClick={confirm}>
              {action}
            </Button>
          </SpaceBetween>
        </Box>
      }
    >
      <SpaceBetween size="m">
        <Alert type="warning">{children}</Alert>
        <ProblemAlert error={error} />
        <FormField label={`To confirm, type "${word}".`}>
          <Input
            value={text}
            placeholder={word}
            onChange={({ detail }) => setText(detail.value)}
            onKeyDown={({ detail }) => detail.key === "Enter" && confirm()}
          />
        </FormField>
      </SpaceBetween>
    </Modal>
  );
}
