// SPDX-License-Identifier: Apache-2.0
// Access keys: who may come in, with which role. A secret is shown once, when its key is made.
import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import CopyToClipboard from "@cloudscape-design/components/copy-to-clipboard";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import RadioGroup from "@cloudscape-design/components/radio-group";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import Table from "@cloudscape-design/components/table";
import { useRef, useState } from "react";
import { useFlash } from "../app";
import { ProblemAlert } from "../errors";
import { time } from "../format";
import { useLoad } from "../load";
import { useSession } from "../session";
import { ConfirmModal } from "./confirm-modal";
import { FormModal } from "./form-modal";
import { createKey, disableKey, type Key, listKeys, ROLES } from "./keys";

const NAME = /^[a-zA-Z0-9+=,.@_-]{1,64}$/;

function CreateKey({ onDone, onDismiss }: { onDone: (key: Key) => void; onDismiss: () => void }) {
  const { cairn } = useSession();
  const [name, setName] = useState("");
  const [role, setRole] = useState("auditor");
  const [isChecked, setIsChecked] = useState(false);
  const made = useRef<Key>();
  const send = () => {
    setIsChecked(true);
    if (!NAME.test(name)) return undefined;
    return createKey(cairn, { UserName: name, Role: role }).then((key) => {
      made.current = key;
    });
  };
  const fault = isChecked && !NAME.test(name) ? "A name has 1 to 64 letters, digits and any of + = , . @ _ -" : undefined;
  return (
    <FormModal
      header="Create access key"
      action="Create access key"
      send={send}
      onDone={() => made.current && onDone(made.current)}
      onDismiss={onDismiss}
    >
      <FormField label="User name" errorText={fault}>
        <Input value={name} onChange={({ detail }) => setName(detail.value)} />
      </FormField>
      <FormField label="Role">
        <RadioGroup value={role} items={ROLES} onChange={({ detail }) => setRole(detail.value)} />
      </FormField>
    </FormModal>
  );
}

function Copyable({ label, text }: { label: string; text: string }) {
  return (
    <CopyToClipboard
      variant="inline"
      textToCopy={text}
      copyButtonAriaLabel={`Copy ${label}`}
      copySuccessText="Copied"
      copyErrorText="It could not be copied"
    />
  );
}

function NewKey({ made, onDismiss }: { made: Key; onDismiss: () => void }) {
  return (
    <Alert type="success" header="Access key created" dismissible dismissAriaLabel="Close" onDismiss={onDismiss}>
      <SpaceBetween size="s">
        <Box>This is the only time that the secret is shown. Keep it now.</Box>
        <KeyValuePairs
          columns={2}
          items={[
            { label: "Access key ID", value: <Copyable label="access key ID" text={made.AccessKeyId} /> },
            { label: "Secret access key", value: <Copyable label="secret access key" text={made.SecretAccessKey ?? ""} /> },
          ]}
        />
      </SpaceBetween>
    </Alert>
  );
}

export function KeysTab() {
  const { cairn, credentials } = useSession();
  const flash = useFlash();
  const keys = useLoad((signal) => listKeys(cairn, signal), [cairn]);
  const [isCreating, setIsCreating] = useState(false);
  const [made, setMade] = useState<Key | null>(null);
  const [leaving, setLeaving] = useState<Key | null>(null);
  const created = (key: Key) => {
    setIsCreating(false);
    setMade(key);
    keys.reload();
  };
  const disabled = () => {
    flash({ type: "success", header: `Access key ${leaving?.AccessKeyId} disabled` });
    setLeaving(null);
    keys.reload();
  };
  return (
    <SpaceBetween size="m">
      {made && <NewKey made={made} onDismiss={() => setMade(null)} />}
      <ProblemAlert error={keys.error} retry={keys.reload} header="Keys could not be loaded" />
      <Table
        items={keys.value ?? []}
        trackBy="AccessKeyId"
        loading={keys.isLoading && !keys.value}
        loadingText="Loading keys"
        ariaLabels={{ tableLabel: "Access keys" }}
        header={
          <Header
            counter={keys.value && `(${keys.value.length})`}
            description="Keys of this account, and what their role lets them do."
            actions={
              <Button variant="primary" onClick={() => setIsCreating(true)}>
                Create access key
              </Button>
            }
          >
            Access keys
          </Header>
        }
        empty={<Box textAlign="center">No keys.</Box>}
        columnDefinitions={[
          { id: "id", header: "Access key ID", isRowHeader: true, cell: (key) => key.AccessKeyId },
          { id: "user", header: "User name", cell: (key) => key.UserName },
          { id: "role", header: "Role", cell: (key) => key.Role },
          {
            id: "status",
            header: "Status",
            cell: (key) => (
              <StatusIndicator type={key.Status === "Active" ? "success" : "stopped"}>{key.Status}</StatusIndicator>
            ),
          },
          { id: "created", header: "Created", cell: (key) => time(key.CreateDate) },
          {
            id: "actions",
            header: "Actions",
            minWidth: 130,
            cell: (key) => (
              <Button
                wrapText={false}
                disabled={key.Status !== "Active" || key.AccessKeyId === credentials.accessKeyId}
                ariaLabel={`Disable ${key.AccessKeyId}`}
                onClick={() => setLeaving(key)}
              >
                Disable
              </Button>
            ),
          },
          { id: "arn", header: "ARN", cell: (key) => key.Arn },
        ]}
      />
      {isCreating && <CreateKey onDone={created} onDismiss={() => setIsCreating(false)} />}
      {leaving && (
        <ConfirmModal
          header="Disable access key"
          word="disable"
          action="Disable"
          run={() => disableKey(cairn, leaving.AccessKeyId)}
          onDone={disabled}
          onDismiss={() => setLeaving(null)}
        >
          Calls with the key {leaving.AccessKeyId} of {leaving.UserName} are refused from now on. It cannot be enabled again.
        </ConfirmModal>
      )}
    </SpaceBetween>
  );
}
