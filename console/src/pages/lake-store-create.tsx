// SPDX-License-Identifier: Apache-2.0
// The steps to an event data store, in the AWS console's order.
import { CreateEventDataStoreCommand } from "@aws-sdk/client-cloudtrail";
import Box from "@cloudscape-design/components/box";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Wizard from "@cloudscape-design/components/wizard";
import { useState } from "react";
import { useNavigate } from "react-router-dom";
import { useFlash } from "../app";
import { ProblemAlert } from "../errors";
import { idOf } from "../parts/lake";
import { StoreAttributes, StoreEncryption, StoreTags } from "../parts/store-attributes";
import { KINDS, StoreKindField, StoreSelectors } from "../parts/store-events";
import {
  createRequest,
  hasAttributeFaults,
  hasSelectorFaults,
  NEW_STORE,
  selectorsOf,
  type StoreDraft,
  type StoreFaults,
  storeFaults,
} from "../parts/store-form";
import { StoreSelectorsSummary } from "../parts/store-selectors-summary";
import { useSession } from "../session";

const NO_FAULTS: StoreFaults = { selectors: { basic: {}, advanced: {}, network: {} } };

function Review({ draft }: { draft: StoreDraft }) {
  return (
    <SpaceBetween size="l">
      <Container header={<Header variant="h2">Step 1: Configure event data store</Header>}>
        <KeyValuePairs
          columns={3}
          items={[
            { label: "Name", value: draft.name },
            { label: "Retention period", value: `${draft.days} days` },
            { label: "Pricing option", value: draft.pricing },
            { label: "All regions", value: draft.isMultiRegion ? "Yes" : "No" },
            { label: "Termination protection", value: draft.isProtected ? "Enabled" : "Disabled" },
            { label: "AWS KMS key", value: draft.kmsKey || "-" },
            { label: "Tags", value: draft.tags.map((tag) => `${tag.Key}=${tag.Value}`).join(", ") || "-" },
          ]}
        />
      </Container>
      <Container header={<Header variant="h2">Step 2: Choose events</Header>}>
        <SpaceBetween size="m">
          <KeyValuePairs
            columns={3}
            items={[
              { label: "Event type", value: KINDS.find((kind) => kind.value === draft.kind)?.label },
              { label: "Ingest events", value: draft.ingests ? "Yes" : "No" },
            ]}
          />
          <StoreSelectorsSummary selectors={selectorsOf(draft)} />
        </SpaceBetween>
      </Container>
    </SpaceBetween>
  );
}

export default function LakeStoreCreatePage() {
  const navigate = useNavigate();
  const flash = useFlash();
  const { cloudtrail } = useSession();
  const [draft, setDraft] = useState(NEW_STORE);
  const [step, setStep] = useState(0);
  const [isChecked, setIsChecked] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const [isBusy, setIsBusy] = useState(false);
  const faults = storeFaults(draft);
  const shown = isChecked ? faults : NO_FAULTS;

  const go = (wanted: number) => {
    const isFaulty = (step === 0 && hasAttributeFaults(faults)) || (step === 1 && hasSelectorFaults(faults));
    setIsChecked(isFaulty && wanted > step);
    if (!isFaulty || wanted < step) setStep(wanted);
  };
  const create = () => {
    setIsBusy(true);
    setError(null);
    cloudtrail
      .send(new CreateEventDataStoreCommand(createRequest(draft)))
      .then((store) => {
        flash({ type: "success", header: `Event data store ${draft.name} created` });
        navigate(`/lake/stores/detail?id=${idOf(store.EventDataStoreArn)}`);
      })
      .catch(setError)
      .finally(() => setIsBusy(false));
  };
  const fields = { draft, faults: shown, onChange: setDraft };
  return (
    <Wizard
      i18nStrings={{
        stepNumberLabel: (number) => `Step ${number}`,
        collapsedStepsLabel: (number, steps) => `Step ${number} of ${steps}`,
        navigationAriaLabel: "Steps",
        cancelButton: "Cancel",
        previousButton: "Previous",
        nextButton: "Next",
        submitButton: "Create event data store",
      }}
      activeStepIndex={step}
      isLoadingNextStep={isBusy}
      onNavigate={({ detail }) => go(detail.requestedStepIndex)}
      onCancel={() => navigate("/lake/stores")}
      onSubmit={create}
      steps={[
        {
          title: "Configure event data store",
          content: (
            <SpaceBetween size="l">
              <Container header={<Header variant="h2">General details</Header>}>
                <StoreAttributes {...fields} />
              </Container>
              <StoreEncryption {...fields} />
              <StoreTags {...fields} />
            </SpaceBetween>
          ),
        },
        {
          title: "Choose events",
          content: (
            <SpaceBetween size="l">
              <StoreKindField {...fields} />
              <StoreSelectors {...fields} />
            </SpaceBetween>
          ),
        },
        {
          title: "Review and create",
          content: (
            <SpaceBetween size="l">
              <ProblemAlert error={error} header="The event data store was not created" />
              {!draft.ingests && <Box>It will take no events until ingestion is started.</Box>}
              <Review draft={draft} />
            </SpaceBetween>
          ),
        },
      ]}
    />
  );
}
