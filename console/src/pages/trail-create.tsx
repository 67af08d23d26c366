// SPDX-License-Identifier: Apache-2.0
// Create trail: the attributes, what it logs, and a look at both before anything is made.
import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Wizard from "@cloudscape-design/components/wizard";
import { useState } from "react";
import { useNavigate } from "react-router-dom";
import { useFlash } from "../app";
import { ProblemAlert } from "../errors";
import { SelectorEditor } from "../parts/selector-editor";
import { InsightSummary, SelectorSummary } from "../parts/selector-summary";
import {
  isFaulty,
  type InsightDraft,
  NO_INSIGHTS,
  NO_SELECTORS,
  type SelectorDraft,
  selectorFaults,
} from "../parts/selectors";
import { TrailAttributes } from "../parts/trail-attributes";
import { createTrail, CreationError, type Done } from "../parts/trail-creation";
import { faultOfError, newTrail, type TrailDraft, trailFaults } from "../parts/trail-form";
import { trailHref } from "../parts/trail-link";
import { useSession } from "../session";

const NO_FAULTS = { basic: {}, advanced: {}, network: {} };

/** What an attempt that failed has made all the same. */
function DoneAlert({ done }: { done: Done }) {
  const texts = [
    done.bucket && `The bucket ${done.bucket} was created.`,
    done.trailArn && `The trail ${done.trailArn} was created; it does not log yet.`,
    done.hasSelectors && "Its event selectors were put.",
    done.hasInsights && "Its Insights selectors were put.",
  ].filter(Boolean);
  if (texts.length === 0) return null;
  return (
    <Alert type="warning" header="Already done">
      {texts.map((text) => (
        <div key={text as string}>{text}</div>
      ))}
      Correct what is wrong and create the trail again: this is used, and not made twice.
    </Alert>
  );
}

function Failure({ failure, done, step }: { failure: CreationError | null; done: Done; step: number }) {
  if (failure?.step !== step) return null;
  return (
    <SpaceBetween size="s">
      <ProblemAlert error={failure.reason} header={failure.operation} />
      <DoneAlert done={done} />
    </SpaceBetween>
  );
}

function Review({
  trail,
  selectors,
  insights,
  onEdit,
}: {
  trail: TrailDraft;
  selectors: SelectorDraft;
  insights: InsightDraft;
  onEdit: (step: number) => void;
}) {
  const title = (text: string, step: number) => (
    <Header
      variant="h2"
      actions={
        <Button onClick={() => onEdit(step)} ariaLabel={`Edit ${text}`}>
          Edit
        </Button>
      }
    >
      {text}
    </Header>
  );
  const yesNo = (isOn: boolean) => (isOn ? "Enabled" : "Disabled");
  return (
    <SpaceBetween size="l">
      <Container header={title("Trail attributes", 0)}>
        <KeyValuePairs
          columns={3}
          items={[
            { label: "Trail name", value: trail.name },
            { label: "Multi-region trail", value: trail.isMultiRegion ? "Yes" : "No" },
            { label: "Trail log location", value: `${trail.bucket}${trail.prefix && `/${trail.prefix}`}` },
            { label: "S3 bucket", value: trail.isNewBucket ? "New" : "Existing" },
            { label: "Log file SSE-KMS encryption", value: trail.isEncrypted ? trail.kmsKey : "Disabled" },
            { label: "Log file validation", value: yesNo(trail.isValidated) },
            { label: "SNS notification delivery", value: trail.isNotified ? trail.topic : "Disabled" },
            { label: "CloudWatch Logs", value: trail.hasLogGroup ? trail.logGroup : "Disabled" },
            {
              label: "Tags",
              value: trail.tags.map((tag) => `${tag.Key}=${tag.Value}`).join(", ") || "None",
            },
          ]}
        />
      </Container>
      <Container header={title("Log events", 1)}>
        <SelectorSummary draft={selectors} />
      </Container>
      <Container header={title("Insights events", 1)}>
        <InsightSummary draft={insights} />
      </Container>
    </SpaceBetween>
  );
}

function useCreation(plan: { trail: TrailDraft; selectors: SelectorDraft; insights: InsightDraft }) {
  const session = useSession();
  const navigate = useNavigate();
  const flash = useFlash();
  const [done, setDone] = useState<Done>({});
  const [failure, setFailure] = useState<CreationError | null>(null);
  const [isBusy, setIsBusy] = useState(false);
  const create = async (onFailure: (step: number) => void) => {
    setIsBusy(true);
    setFailure(null);
    try {
      const arn = await createTrail({ session, ...plan }, done, setDone);
      flash({ type: "success", header: `Trail ${plan.trail.name} created`, content: "It is logging." });
      navigate(trailHref(arn));
    } catch (error) {
      const known = error instanceof CreationError ? error : new CreationError(2, "Create trail", error);
      setFailure(known);
      onFailure(known.step);
    } finally {
      setIsBusy(false);
    }
  };
  return { done, failure, isBusy, create };
}

export default function TrailCreatePage() {
  const { account } = useSession();
  const navigate = useNavigate();
  const [step, setStep] = useState(0);
  const [trail, setTrail] = useState<TrailDraft>(() => newTrail(account));
  const [selectors, setSelectors] = useState<SelectorDraft>(NO_SELECTORS);
  const [insights, setInsights] = useState<InsightDraft>(NO_INSIGHTS);
  const [isChecked, setIsChecked] = useState([false, false]);
  const { done, failure, isBusy, create } = useCreation({ trail, selectors, insights });

  const attributeFaults = trailFaults(trail);
  const eventFaults = selectorFaults(selectors, insights);
  const isFine = [Object.keys(attributeFaults).length === 0, !isFaulty(eventFaults), true];
  const go = (wanted: number) => {
    const faulty = isFine.findIndex((fine, i) => !fine && i < wanted);
    setIsChecked((old) => old.map((checked, i) => checked || i < wanted));
    setStep(faulty >= 0 ? faulty : wanted);
  };
  const shownFaults = {
    ...(failure?.step === 0 ? faultOfError(failure.reason) : {}),
    ...(isChecked[0] ? attributeFaults : {}),
  };
  return (
    <Wizard
      activeStepIndex={step}
      onNavigate={({ detail }) => go(detail.requestedStepIndex)}
      onCancel={() => navigate("/trails")}
      onSubmit={() => void create(setStep)}
      isLoadingNextStep={isBusy}
      submitButtonText="Create trail"
      i18nStrings={{
        stepNumberLabel: (number) => `Step ${number}`,
        collapsedStepsLabel: (number, count) => `Step ${number} of ${count}`,
        navigationAriaLabel: "Steps",
        cancelButton: "Cancel",
        previousButton: "Previous",
        nextButton: "Next",
      }}
      steps={[
        {
          title: "Choose trail attributes",
          content: (
            <SpaceBetween size="l">
              <Failure failure={failure} done={done} step={0} />
              <TrailAttributes
                draft={trail}
                faults={shownFaults}
                isExisting={done.trailArn !== undefined}
                onChange={setTrail}
              />
            </SpaceBetween>
          ),
        },
        {
          title: "Choose log events",
          content: (
            <SpaceBetween size="l">
              <Failure failure={failure} done={done} step={1} />
              <SelectorEditor
                draft={selectors}
                insights={insights}
                faults={isChecked[1] ? eventFaults : NO_FAULTS}
                onDraft={setSelectors}
                onInsights={setInsights}
              />
            </SpaceBetween>
          ),
        },
        {
          title: "Review and create",
          content: (
            <SpaceBetween size="l">
              <Failure failure={failure} done={done} step={2} />
              <Review trail={trail} selectors={selectors} insights={insights} onEdit={setStep} />
            </SpaceBetween>
          ),
        },
      ]}
    />
  );
}
