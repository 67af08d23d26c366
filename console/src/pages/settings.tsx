// SPDX-License-Identifier: Apache-2.0
// Settings: keys, public keys and channels to change; gateway entries and health to look at.
import ContentLayout from "@cloudscape-design/components/content-layout";
import Header from "@cloudscape-design/components/header";
import Tabs from "@cloudscape-design/components/tabs";
import { useSearchParams } from "react-router-dom";
import { ChannelsTab } from "../parts/settings-channels";
import { AboutTab, GatewayTab, useStatus } from "../parts/settings-health";
import { KeysTab } from "../parts/settings-keys";
import { PublicKeysTab } from "../parts/settings-public-keys";

function Gateway() {
  return <GatewayTab status={useStatus()} />;
}

function About() {
  return <AboutTab status={useStatus()} />;
}

const TABS = [
  { id: "keys", label: "Keys", content: <KeysTab /> },
  { id: "public-keys", label: "Public keys", content: <PublicKeysTab /> },
  { id: "channels", label: "Channels", content: <ChannelsTab /> },
  { id: "gateway", label: "Gateway", content: <Gateway /> },
  { id: "about", label: "About", content: <About /> },
];

export default function SettingsPage() {
  const [address, setAddress] = useSearchParams();
  return (
    <ContentLayout header={<Header variant="h1">Settings</Header>}>
      <Tabs
        ariaLabel="Settings"
        i18nStrings={{ scrollLeftAriaLabel: "Scroll left", scrollRightAriaLabel: "Scroll right" }}
        activeTabId={address.get("tab") ?? "keys"}
        onChange={({ detail }) => setAddress({ tab: detail.activeTabId })}
        tabs={TABS}
      />
    </ContentLayout>
  );
}
