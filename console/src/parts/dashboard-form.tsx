// SPDX-License-Identifier: Apache-2.0
// The form for a dashboard, a new one or one that there is: its name, its schedule, and its widgets with their queries.
import {
  CreateDashboardCommand,
  GetDashboardCommand,
  type GetDashboardResponse,
  UpdateDashboardCommand,
} from "@aws-sdk/client-cloudtrail";
import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Checkbox from "@cloudscape-design/components/checkbox";
import ColumnLayout from "@cloudscape-design/components/column-layout";
import Container from "@cloudscape-design/components/container";
import ContentLayout from "@cloudscape-design/components/content-layout";
import Form from "@cloudscape-design/components/form";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Spinner from "@cloudscape-design/components/spinner";
import Textarea from "@cloudscape-design/components/textarea";
import { useState } from "react";
import { useNavigate } from "react-router-dom";
import { useFlash } from "../app";
import { ProblemAlert } from "../errors";
import { useLoad } from "../load";
import { useSession } from "../session";
import {
  createRequest,
  dashboardFaults,
  type DashboardDraft,
  draftOf,
  newWidget,
  SCHEDULES,
  updateRequest,
  type View,
  VIEWS,
  type WidgetDraft,
  type WidgetFaults,
  WIDGETS_MAX,
} from "./dashboards";
import { idOf, listStores } from "./lake";

const VIEW_OPTIONS = VIEWS.map((value) => ({ value, label: value.replace("Chart", " chart") }));

interface WidgetProperties {
  at: number;
  widget: WidgetDraft;
  faults: WidgetFaults;
  onChange: (widget: WidgetDraft) => void;
  onRemove: () => void;
}

function WidgetForm({ at, widget, faults, onChange, onRemove }: WidgetProperties) {
  const field = (name: "title" | "labelColumn" | "valueColumn", label: string) => (
    <FormField label={label} errorText={faults[name]}>
      <Input value={widget[name]} onChange={({ detail }) => onChange({ ...widget, [name]: detail.value })} />
    </FormField>
  );
  return (
    <Container
      header={
        <Header
          variant="h2"
          actions={
            <Button ariaLabel={`Remove widget ${at + 1}`} onClick={onRemove}>
              Remove
            </Button>
          }
        >
          Widget {at + 1}
        </Header>
      }
    >
      <SpaceBetween size="m">
        <ColumnLayout columns={4}>
          {field("title", "Title")}
          <FormField label="Shown as">
            <Select
              selectedOption={VIEW_OPTIONS.find((option) => option.value === widget.view) ?? null}
              options={VIEW_OPTIONS}
              onChange={({ detail }) => onChange({ ...widget, view: detail.selectedOption.value as View })}
            />
          </FormField>
          {widget.view !== "Table" && field("labelColumn", "Column of labels")}
          {widget.view !== "Table" && field("valueColumn", "Column of values")}
        </ColumnLayout>
        <FormField
          stretch
          label="Query"
          constraintText="The first '?' stands for the start of the time range of a refresh, the second for its end."
          errorText={faults.statement}
        >
          <Textarea
            rows={5}
            spellcheck={false}
            value={widget.statement}
            onChange={({ detail }) => onChange({ ...widget, statement: detail.value })}
          />
        </FormField>
      </SpaceBetween>
    </Container>
  );
}

const NOTHING: DashboardDraft = { name: "", schedule: "", isProtected: false, widgets: [] };

/** `before`: the dashboard to be changed; without it a new one is made. */
export function DashboardForm({ before }: { before?: GetDashboardResponse }) {
  const { cloudtrail } = useSession();
  const navigate = useNavigate();
  const flash = useFlash();
  const stores = useLoad((signal) => listStores(cloudtrail, signal), [cloudtrail]);
  const storeId = idOf(stores.value?.[0]?.EventDataStoreArn);
  const [draft, setDraft] = useState<DashboardDraft>(before ? draftOf(before) : NOTHING);
  const [isChecked, setIsChecked] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const [isBusy, setIsBusy] = useState(false);
  const faults = dashboardFaults(draft);
  const shown = isChecked ? faults : { widgets: {} as typeof faults.widgets, name: undefined, general: undefined };
  const action = before ? "Save changes" : "Create dashboard";
  const place = `/lake/dashboards?id=${draft.name}`;
  const send = async () => {
    setIsChecked(true);
    if (faults.name || faults.general || Object.keys(faults.widgets).length > 0) return;
    setIsBusy(true);
    setError(null);
    try {
      if (before) await cloudtrail.send(new UpdateDashboardCommand(updateRequest(draft, before)));
      else await cloudtrail.send(new CreateDashboardCommand(createRequest(draft)));
      flash({ type: "success", header: `Dashboard ${draft.name} ${before ? "updated" : "created"}` });
      navigate(place);
    } catch (fault) {
      setError(fault);
      setIsBusy(false);
    }
  };
  const setWidgets = (widgets: WidgetDraft[]) => setDraft({ ...draft, widgets });
  const schedule = SCHEDULES.find((option) => option.value === draft.schedule) ?? null;
  return (
    <ContentLayout header={<Header variant="h1">{before ? `Edit ${draft.name}` : "Create dashboard"}</Header>}>
      <Form
        actions={
          <SpaceBetween size="xs" direction="horizontal">
            <Button variant="link" onClick={() => navigate(before ? place : "/lake/dashboards")}>
              Cancel
            </Button>
            <Button variant="primary" loading={isBusy} onClick={() => void send()}>
              {action}
            </Button>
          </SpaceBetween>
        }
      >
        <SpaceBetween size="l">
          <ProblemAlert error={error} header={`The dashboard was not ${before ? "updated" : "created"}`} />
          {shown.general && <Alert type="error">{shown.general}</Alert>}
          <Container header={<Header variant="h2">Dashboard details</Header>}>
            <SpaceBetween size="m">
              <FormField label="Name" errorText={shown.name}>
                <Input
                  value={draft.name}
                  readOnly={before !== undefined}
                  onChange={({ detail }) => setDraft({ ...draft, name: detail.value })}
                />
              </FormField>
              <FormField label="Refresh schedule">
                <Select
                  selectedOption={schedule}
                  options={SCHEDULES}
                  onChange={({ detail }) => setDraft({ ...draft, schedule: detail.selectedOption.value ?? "" })}
                />
              </FormField>
              <Checkbox
                checked={draft.isProtected}
                onChange={({ detail }) => setDraft({ ...draft, isProtected: detail.checked })}
              >
                Termination protection
              </Checkbox>
            </SpaceBetween>
          </Container>
          {draft.widgets.length === 0 && <Box>A dashboard has 1 to {WIDGETS_MAX} widgets.</Box>}
          {draft.widgets.map((widget, i) => (
            <WidgetForm
              key={i}
              at={i}
              widget={widget}
              faults={shown.widgets[i] ?? {}}
              onChange={(next) => setWidgets(draft.widgets.map((old, at) => (at === i ? next : old)))}
              onRemove={() => setWidgets(draft.widgets.filter((_, at) => at !== i))}
            />
          ))}
          <Button
            iconName="add-plus"
            disabled={draft.widgets.length >= WIDGETS_MAX}
            onClick={() => setWidgets([...draft.widgets, newWidget(storeId)])}
          >
            Add widget
          </Button>
        </SpaceBetween>
      </Form>
    </ContentLayout>
  );
}

/** The form for the dashboard `id`, as it is now. */
export function DashboardEdit({ id }: { id: string }) {
  const { cloudtrail } = useSession();
  const found = useLoad(
    (abortSignal) => cloudtrail.send(new GetDashboardCommand({ DashboardId: id }), { abortSignal }),
    [cloudtrail, id],
  );
  if (!found.value)
    return found.isLoading ? (
      <Spinner size="large" />
    ) : (
      <ProblemAlert error={found.error} retry={found.reload} header="The dashboard could not be loaded" />
    );
  if (found.value.Type !== "CUSTOM") return <Alert type="info">CloudTrail manages this dashboard: it cannot be changed.</Alert>;
  return <DashboardForm before={found.value} />;
}
