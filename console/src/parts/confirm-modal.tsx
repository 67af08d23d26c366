// SPDX-License-Identifier: Apache-2.0
// Asks before what cannot be taken back: a word has to be typed.
import Alert from "@cloudscape-design/components/alert";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { type ReactNode, useState } from "react";
import { ProblemAlert } from "../errors";
import { Dialog, useSending } from "./dialog";

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
  const sending = useSending(onDone);
  const confirm = () => text === word && sending.send(run());
  return (
    <Dialog
      header={header}
      action={action}
      isDisabled={text !== word}
      isBusy={sending.isBusy}
      onAct={confirm}
      onDismiss={onDismiss}
    >
      <SpaceBetween size="m">
        <Alert type="warning">{children}</Alert>
        <ProblemAlert error={sending.error} />
        <FormField label={`To confirm, type "${word}".`}>
          <Input
            value={text}
            placeholder={word}
            onChange={({ detail }) => setText(detail.value)}
            onKeyDown={({ detail }) => detail.key === "Enter" && confirm()}
          />
        </FormField>
      </SpaceBetween>
    </Dialog>
  );
}
