// SPDX-License-Identifier: Apache-2.0
// Public keys of digests and of delivered query results.
import { ListPublicKeysCommand } from "@aws-sdk/client-cloudtrail";
import Box from "@cloudscape-design/components/box";
import CopyToClipboard from "@cloudscape-design/components/copy-to-clipboard";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table from "@cloudscape-design/components/table";
import { ProblemAlert } from "../errors";
import { time } from "../format";
import { useLoad } from "../load";
import { useSession } from "../session";
import { allPages } from "./paging";

function base64(value: Uint8Array | undefined): string {
  return value ? btoa(String.fromCharCode(...value)) : "";
}

export function PublicKeysTab() {
  const { cloudtrail } = useSession();
  const keys = useLoad(
    (abortSignal) =>
      allPages(async (NextToken) => {
        const request = { StartTime: new Date(0), EndTime: new Date(), NextToken };
        const page = await cloudtrail.send(new ListPublicKeysCommand(request), { abortSignal });
        return { items: page.PublicKeyList, nextToken: page.NextToken };
      }),
    [cloudtrail],
  );
  return (
    <SpaceBetween size="m">
      <ProblemAlert error={keys.error} retry={keys.reload} header="Public keys could not be loaded" />
      <Table
        items={keys.value ?? []}
        trackBy="Fingerprint"
        loading={keys.isLoading && !keys.value}
        loadingText="Loading public keys"
        ariaLabels={{ tableLabel: "Public keys" }}
        header={
          <Header
            counter={keys.value && `(${keys.value.length})`}
            description="The keys that signed digest files and delivered query results, as PKCS #1 in base64."
          >
            Public keys
          </Header>
        }
        empty={<Box textAlign="center">No keys yet: the first digest brings one.</Box>}
        columnDefinitions={[
          { id: "print", header: "Fingerprint", isRowHeader: true, cell: (key) => key.Fingerprint ?? "-" },
          { id: "from", header: "Valid from", cell: (key) => time(key.ValidityStartTime) },
          { id: "to", header: "Valid to", cell: (key) => time(key.ValidityEndTime) },
          {
            id: "value",
            header: "Public key",
            cell: (key) => (
              <CopyToClipboard
                variant="icon"
                textToCopy={base64(key.Value)}
                copyButtonAriaLabel={`Copy public key ${key.Fingerprint}`}
                copySuccessText="Copied"
                copyErrorText="It could not be copied"
              />
            ),
          },
        ]}
      />
    </SpaceBetween>
  );
}
