// SPDX-License-Identifier: Apache-2.0
import Autosuggest from "@cloudscape-design/components/autosuggest";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Form from "@cloudscape-design/components/form";
import FormField from "@cloudscape-design/components/form-field";
import Grid from "@cloudscape-design/components/grid";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { type FormEvent, useEffect, useState } from "react";
import { ProblemAlert } from "../errors";
import { REGIONS } from "../regions";
import { useSessionState } from "../session";

const REGION_FORM = /^[a-z0-9][a-z0-9-]{0,31}$/;

export default function SignIn() {
  const { signIn } = useSessionState();
  const [accessKeyId, setAccessKeyId] = useState("");
  const [secretAccessKey, setSecretAccessKey] = useState("");
  const [region, setRegion] = useState("us-east-1");
  const [error, setError] = useState<unknown>(null);
  const [isBusy, setIsBusy] = useState(false);
  const [wasTried, setWasTried] = useState(false);
  useEffect(() => {
    document.title = "Sign in - Cairn";
  }, []);
  const faults = {
    accessKeyId: accessKeyId.trim() ? "" : "Enter an access key ID.",
    secretAccessKey: secretAccessKey ? "" : "Enter the secret access key.",
    region: REGION_FORM.test(region) ? "" : "A region is made of small letters, digits and hyphens, such as us-east-1.",
  };
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setWasTried(true);
    if (faults.accessKeyId || faults.secretAccessKey || faults.region) return;
    setIsBusy(true);
    setError(null);
    try {
      await signIn({ accessKeyId: accessKeyId.trim(), secretAccessKey: secretAccessKey.trim() }, region);
    } catch (fault) {
      setError(fault);
      setIsBusy(false);
    }
  };
  return (
    <Box padding={{ vertical: "xxl", horizontal: "l" }}>
      <Grid gridDefinition={[{ colspan: { default: 12, s: 8, m: 6, l: 4 }, offset: { default: 0, s: 2, m: 3, l: 4 } }]}>
        <main>
          <form onSubmit={(event) => void submit(event)}>
            <Form
              actions={
                <Button variant="primary" formAction="submit" loading={isBusy}>
                  Sign in
                </Button>
              }
            >
              <Container
                header={
                  <Header
                    variant="h1"
                    description="With an access key of this Cairn. It stays in this tab's memory and is gone when the tab is closed or loaded anew."
                  >
                    Sign in
                  </Header>
                }
              >
                <SpaceBetween size="l">
                  <ProblemAlert error={error} header="Sign-in failed" />
                  <FormField label="Access key ID" errorText={wasTried && faults.accessKeyId}>
                    <Input
                      value={accessKeyId}
                      onChange={(event) => setAccessKeyId(event.detail.value)}
                      autoComplete="username"
                      spellcheck={false}
                    />
                  </FormField>
                  <FormField label="Secret access key" errorText={wasTried && faults.secretAccessKey}>
                    <Input
                      type="password"
                      value={secretAccessKey}
                      onChange={(event) => setSecretAccessKey(event.detail.value)}
                      autoComplete="current-password"
                    />
                  </FormField>
                  <FormField label="Region" errorText={wasTried && faults.region}>
                    <Autosuggest
                      value={region}
                      onChange={(event) => setRegion(event.detail.value)}
                      options={REGIONS.map((value) => ({ value }))}
                      enteredTextLabel={(value) => `Use: ${value}`}
                      ariaLabel="Region"
                      clearAriaLabel="Clear the region"
                    />
                  </FormField>
                </SpaceBetween>
              </Container>
            </Form>
          </form>
        </main>
      </Grid>
    </Box>
  );
}
