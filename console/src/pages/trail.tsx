// SPDX-License-Identifier: Apache-2.0
// One trail: what it is and does, the files it delivered, and whether they are what they were.
import {
  DeleteTrailCommand,
  GetTrailCommand,
  GetTrailStatusCommand,
  type GetTrailStatusCommandOutput,
  StartLoggingCommand,
  StopLoggingCommand,
  type Trail,
} from "@aws-sdk/client-cloudtrail";
import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import ContentLayout from "@cloudscape-design/components/content-layout";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import Modal from "@cloudscape-design/components/modal";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Spinner from "@cloudscape-design/components/spinner";
import Tabs from "@cloudscape-design/components/tabs";
import { lazy, Suspense, useState } from "react";
import { useNavigate, useSearchParams } from "react-router-dom";
import { useFlash } from "../app";
import { ProblemAlert, problemOf } from "../errors";
import { time } from "../format";
import { useLoad } from "../load";
import { PageLink } from "../parts/page-link";
import { TrailStatus } from "../parts/trail-health";
import { EventsSection, GeneralSection, TagsSection } from "../parts/trail-sections";
import { useSession } from "../session";

const LogFiles = lazy(async () => ({ default: (await import("../parts/log-files")).LogFiles }));
const Validation = lazy(async () => ({ default: (await import("../parts/validation")).Validation }));

const REFRESH_MS = 30_000;
const TABS = ["details", "files", "validation"];

interface Loaded {
  trail: Trail;
  status: GetTrailStatusCommandOutput;
}

function StatusSection({ status }: { status: GetTrailStatusCommandOutput }) {
  return (
    <Container header={<Header variant="h2">Status</Header>}>
      <KeyValuePairs
        columns={3}
        items={[
          {
            label: "Trail logging",
            value: (
              <TrailStatus
                health={{
                  IsLogging: status.IsLogging ?? false,
                  LatestDeliveryError: status.LatestDeliveryError,
                  LatestDigestDeliveryError: status.LatestDigestDeliveryError,
                }}
              />
            ),
          },
          { label: "Last log file delivered", value: time(status.LatestDeliveryTime) },
          { label: "Last digest file delivered", value: time(status.LatestDigestDeliveryTime) },
          { label: "Last delivery error", value: status.LatestDeliveryError ?? "None" },
          { label: "Last digest delivery error", value: status.LatestDigestDeliveryError ?? "None" },
          { label: "Logging started", value: time(status.StartLoggingTime) },
          { label: "Logging stopped", value: time(status.StopLoggingTime) },
        ]}
      />
    </Container>
  );
}

/** Deletes a trail once its name was typed. */
function DeleteDialog({ trail, onClose }: { trail: Trail; onClose: () => void }) {
  const { cloudtrail } = useSession();
  const navigate = useNavigate();
  const flash = useFlash();
  const [typed, setTyped] = useState("");
  const [error, setError] = useState<unknown>(null);
  const [isBusy, setIsBusy] = useState(false);
  const remove = async () => {
    setIsBusy(true);
    setError(null);
    try {
      await cloudtrail.send(new DeleteTrailCommand({ Name: trail.TrailARN }));
      flash({ type: "success", header: `Trail ${trail.Name} deleted`, content: "Its log files are kept." });
      navigate("/trails");
    } catch (fault) {
      setError(fault);
      setIsBusy(false);
    }
  };
  const isConfirmed = typed === trail.Name;
  return (
    <Modal
      visible
      header="Delete trail"
      closeAriaLabel="Close"
      onDismiss={onClose}
      footer={
        <Box float="right">
          <SpaceBetween size="xs" direction="horizontal">
            <Button variant="link" onClick={onClose}>
              Cancel
            </Button>
            <Button variant="primary" disabled={!isConfirmed} loading={isBusy} onClick={() => void remove()}>
              Delete
            </Button>
          </SpaceBetween>
        </Box>
      }
    >
      <SpaceBetween size="m">
        <ProblemAlert error={error} />
        <Alert type="warning">
          The trail {trail.Name} delivers nothing any more, and cannot be brought back. The bucket {trail.S3BucketName}{" "}
          and the files in it stay.
        </Alert>
        <form
          onSubmit={(event) => {
            event.preventDefault();
            if (isConfirmed) void remove();
          }}
        >
          <FormField label={`To confirm, type the trail's name: ${trail.Name}`}>
            <Input value={typed} autoFocus placeholder={trail.Name ?? ""} onChange={({ detail }) => setTyped(detail.value)} />
          </FormField>
        </form>
      </SpaceBetween>
    </Modal>
  );
}

function Actions({ loaded, onChanged, onDelete }: { loaded: Loaded; onChanged: () => void; onDelete: () => void }) {
  const { cloudtrail, region } = useSession();
  const flash = useFlash();
  const [isBusy, setIsBusy] = useState(false);
  const { trail, status } = loaded;
  const isHome = trail.HomeRegion === region;
  const change = async () => {
    setIsBusy(true);
    const Name = trail.TrailARN;
    try {
      if (status.IsLogging) await cloudtrail.send(new StopLoggingCommand({ Name }));
      else await cloudtrail.send(new StartLoggingCommand({ Name }));
      flash({ type: "success", header: `Logging ${status.IsLogging ? "stopped" : "started"} for ${trail.Name}` });
      onChanged();
    } catch (error) {
      const problem = problemOf(error);
      flash({ type: "error", header: problem.name, content: problem.message });
    } finally {
      setIsBusy(false);
    }
  };
  return (
    <SpaceBetween size="xs" direction="horizontal">
      <Button iconName="refresh" ariaLabel="Refresh" onClick={onChanged} />
      <Button disabled={!isHome} onClick={onDelete}>
        Delete
      </Button>
      <Button disabled={!isHome} loading={isBusy} onClick={() => void change()}>
        {status.IsLogging ? "Stop logging" : "Start logging"}
      </Button>
    </SpaceBetween>
  );
}

function Details({ loaded: { trail, status }, onChanged }: { loaded: Loaded; onChanged: () => void }) {
  const { region } = useSession();
  const isEditable = trail.HomeRegion === region;
  const properties = { trail, isEditable, onChanged };
  return (
    <SpaceBetween size="l">
      {!isEditable && (
        <Alert type="info">
          This trail is of {trail.HomeRegion}. It can be changed there: choose that region above.
        </Alert>
      )}
      <StatusSection status={status} />
      <GeneralSection {...properties} />
      <EventsSection {...properties} />
      <TagsSection {...properties} />
    </SpaceBetween>
  );
}

function Gone({ arn }: { arn: string }) {
  return (
    <Container header={<Header variant="h2">There is no such trail</Header>}>
      {arn ? `${arn} is not known here, or not seen from this region. ` : "The address names no trail. "}
      <PageLink to="/trails">All trails</PageLink>
    </Container>
  );
}

export default function TrailPage() {
  const { cloudtrail } = useSession();
  const [query, setQuery] = useSearchParams();
  const [isDeleting, setIsDeleting] = useState(false);
  const arn = query.get("arn") ?? "";
  const tab = TABS.find((id) => id === query.get("tab")) ?? "details";
  const found = useLoad(
    async (abortSignal): Promise<Loaded | null> => {
      if (!arn) return null;
      const { Trail: trail } = await cloudtrail.send(new GetTrailCommand({ Name: arn }), { abortSignal });
      const status = await cloudtrail.send(new GetTrailStatusCommand({ Name: arn }), { abortSignal });
      return trail ? { trail, status } : null;
    },
    [cloudtrail, arn],
    REFRESH_MS,
  );
  const isGone = found.value === null || (found.error && problemOf(found.error).name === "TrailNotFoundException");
  const loaded = isGone ? undefined : (found.value ?? undefined);
  const waiting = <Spinner size="large" />;
  return (
    <ContentLayout
      header={
        <Header
          variant="h1"
          actions={
            loaded && <Actions loaded={loaded} onChanged={found.reload} onDelete={() => setIsDeleting(true)} />
          }
        >
          {loaded?.trail.Name ?? "Trail"}
        </Header>
      }
    >
      <SpaceBetween size="l">
        {isGone ? <Gone arn={arn} /> : <ProblemAlert error={found.error} retry={found.reload} header="The trail could not be loaded" />}
        {found.isLoading && !loaded && !isGone && waiting}
        {loaded && (
          <Tabs
            activeTabId={tab}
            ariaLabel="Parts of the trail"
            i18nStrings={{ scrollLeftAriaLabel: "Scroll left", scrollRightAriaLabel: "Scroll right" }}
            onChange={({ detail }) => setQuery(new URLSearchParams({ arn, tab: detail.activeTabId }))}
            tabs={[
              { id: "details", label: "Details", content: <Details loaded={loaded} onChanged={found.reload} /> },
              {
                id: "files",
                label: "Log files",
                content: (
                  <Suspense fallback={waiting}>
                    <LogFiles trail={loaded.trail} />
                  </Suspense>
                ),
              },
              {
                id: "validation",
                label: "Validation",
                content: (
                  <Suspense fallback={waiting}>
                    <Validation trail={loaded.trail} />
                  </Suspense>
                ),
              },
            ]}
          />
        )}
      </SpaceBetween>
      {isDeleting && loaded && <DeleteDialog trail={loaded.trail} onClose={() => setIsDeleting(false)} />}
    </ContentLayout>
  );
}
