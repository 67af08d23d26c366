// SPDX-License-Identifier: Apache-2.0
// One dashboard: refreshed over a time range, with the results of its last refresh at first.
import {
  DeleteDashboardCommand,
  GetDashboardCommand,
  type GetDashboardResponse,
  StartDashboardRefreshCommand,
  UpdateDashboardCommand,
} from "@aws-sdk/client-cloudtrail";
import Button from "@cloudscape-design/components/button";
import ContentLayout from "@cloudscape-design/components/content-layout";
import FormField from "@cloudscape-design/components/form-field";
import Grid from "@cloudscape-design/components/grid";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Spinner from "@cloudscape-design/components/spinner";
import { useState } from "react";
import { useNavigate } from "react-router-dom";
import { useFlash } from "../app";
import { ProblemAlert, problemOf } from "../errors";
import { time } from "../format";
import { useLoad } from "../load";
import { useSession } from "../session";
import { ConfirmModal } from "./confirm-modal";
import { DashboardWidget } from "./dashboard-widget";
import { needsStore, SPANS } from "./dashboards";
import { idOf, isOfEvents, listStores } from "./lake";

function scheduleText({ RefreshSchedule }: GetDashboardResponse): string {
  if (!RefreshSchedule?.Frequency || RefreshSchedule.Status === "DISABLED") return "Not scheduled";
  return `Every ${RefreshSchedule.Frequency.Value} ${RefreshSchedule.Frequency.Unit?.toLowerCase()}`;
}

function useStores() {
  const { cloudtrail } = useSession();
  const stores = useLoad((signal) => listStores(cloudtrail, signal), [cloudtrail]);
  return (stores.value ?? [])
    .filter((store) => store.Status !== "PENDING_DELETION")
    .filter(isOfEvents)
    .map((store) => ({ value: idOf(store.EventDataStoreArn), label: store.Name }));
}

interface RefreshProperties {
  dashboard: GetDashboardResponse;
  id: string;
  onRefreshed: (refreshId: string | undefined) => void;
}

function RefreshBar({ dashboard, id, onRefreshed }: RefreshProperties) {
  const { cloudtrail } = useSession();
  const stores = useStores();
  const [span, setSpan] = useState("604800");
  const [chosen, setChosen] = useState<string>();
  const [error, setError] = useState<unknown>(null);
  const [isBusy, setIsBusy] = useState(false);
  const isStoreAsked = dashboard.Type === "MANAGED" && (needsStore(dashboard.Widgets) || !dashboard.LastRefreshId);
  const store = chosen ?? stores[0]?.value;
  const refresh = () => {
    const now = Date.now();
    const QueryParameterValues: Record<string, string> = {
      $StartTime$: new Date(now - Number(span) * 1000).toISOString(),
      $EndTime$: new Date(now).toISOString(),
    };
    if (dashboard.Type === "MANAGED" && store) QueryParameterValues.$EventDataStoreId$ = store;
    setIsBusy(true);
    setError(null);
    cloudtrail
      .send(new StartDashboardRefreshCommand({ DashboardId: id, QueryParameterValues }))
      .then((answer) => onRefreshed(answer.RefreshId))
      .catch(setError)
      .finally(() => setIsBusy(false));
  };
  return (
    <SpaceBetween size="m">
      <ProblemAlert error={error} header="The dashboard was not refreshed" />
      <SpaceBetween size="m" direction="horizontal" alignItems="end">
        <FormField label="Time range">
          <Select
            selectedOption={SPANS.find((one) => one.value === span) ?? null}
            options={SPANS}
            onChange={({ detail }) => setSpan(detail.selectedOption.value ?? span)}
          />
        </FormField>
        {dashboard.Type === "MANAGED" && (
          <FormField label="Event data store">
            <Select
              selectedOption={stores.find((one) => one.value === store) ?? null}
              options={stores}
              placeholder="Choose an event data store"
              empty="No event data stores"
              invalid={isStoreAsked && !store}
              onChange={({ detail }) => setChosen(detail.selectedOption.value)}
            />
          </FormField>
        )}
        <Button variant="primary" iconName="refresh" loading={isBusy} onClick={refresh}>
          Refresh
        </Button>
      </SpaceBetween>
    </SpaceBetween>
  );
}

interface ActionProperties {
  dashboard: GetDashboardResponse;
  onEdit: () => void;
  onChanged: () => void;
  onDelete: () => void;
}

function Actions({ dashboard, onEdit, onChanged, onDelete }: ActionProperties) {
  const { cloudtrail } = useSession();
  const flash = useFlash();
  const isProtected = dashboard.TerminationProtectionEnabled === true;
  const toggle = () => {
    const request = { DashboardId: dashboard.DashboardArn, TerminationProtectionEnabled: !isProtected };
    cloudtrail
      .send(new UpdateDashboardCommand(request))
      .then(onChanged)
      .catch((error: unknown) => {
        const problem = problemOf(error);
        flash({ type: "error", header: problem.name, content: problem.message });
      });
  };
  if (dashboard.Type !== "CUSTOM") return null;
  return (
    <SpaceBetween size="xs" direction="horizontal">
      <Button onClick={onEdit}>Edit</Button>
      <Button onClick={toggle}>{isProtected ? "Turn off termination protection" : "Turn on termination protection"}</Button>
      <Button disabled={isProtected} onClick={onDelete}>
        Delete
      </Button>
    </SpaceBetween>
  );
}

export function DashboardView({ id }: { id: string }) {
  const { cloudtrail } = useSession();
  const navigate = useNavigate();
  const flash = useFlash();
  const [refreshId, setRefreshId] = useState<string>();
  const [isDeleting, setIsDeleting] = useState(false);
  const found = useLoad(
    (abortSignal) => cloudtrail.send(new GetDashboardCommand({ DashboardId: id }), { abortSignal }),
    [cloudtrail, id],
  );
  const dashboard = found.value;
  const widgets = dashboard?.Widgets ?? [];
  const deleted = () => {
    flash({ type: "success", header: `Dashboard ${id} deleted` });
    navigate("/lake/dashboards");
  };
  return (
    <ContentLayout
      header={
        <Header
          variant="h1"
          actions={
            dashboard && (
              <Actions
                dashboard={dashboard}
                onEdit={() => navigate(`/lake/dashboards?id=${id}&edit`)}
                onChanged={found.reload}
                onDelete={() => setIsDeleting(true)}
              />
            )
          }
        >
          {id}
        </Header>
      }
    >
      <SpaceBetween size="l">
        <ProblemAlert error={found.error} retry={found.reload} header="The dashboard could not be loaded" />
        {found.isLoading && !dashboard && <Spinner size="large" />}
        {dashboard && (
          <>
            <KeyValuePairs
              columns={4}
              items={[
                { label: "Type", value: dashboard.Type === "MANAGED" ? "Managed by CloudTrail" : "Custom" },
                { label: "Refresh schedule", value: scheduleText(dashboard) },
                { label: "Updated", value: time(dashboard.UpdatedTimestamp) },
                { label: "Last refresh that failed", value: dashboard.LastRefreshFailureReason ?? "-" },
              ]}
            />
            <RefreshBar dashboard={dashboard} id={id} onRefreshed={setRefreshId} />
            <Grid gridDefinition={widgets.map(() => ({ colspan: { default: 12, s: 6 } }))}>
              {widgets.map((widget, i) => (
                <DashboardWidget
                  key={widget.QueryAlias ?? i}
                  widget={widget}
                  at={i}
                  refreshId={refreshId ?? dashboard.LastRefreshId}
                />
              ))}
            </Grid>
          </>
        )}
        {isDeleting && (
          <ConfirmModal
            header="Delete dashboard"
            word="delete"
            action="Delete"
            run={() => cloudtrail.send(new DeleteDashboardCommand({ DashboardId: id }))}
            onDone={deleted}
            onDismiss={() => setIsDeleting(false)}
          >
            The dashboard {id} is deleted. Event data stores are not touched.
          </ConfirmModal>
        )}
      </SpaceBetween>
    </ContentLayout>
  );
}
