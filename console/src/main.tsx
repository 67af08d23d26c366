// SPDX-License-Identifier: Apache-2.0
import "@cloudscape-design/global-styles/index.css";
import "./console.css";
import { I18nProvider } from "@cloudscape-design/components/i18n";
import words from "@cloudscape-design/components/i18n/messages/all.en";
import { createRoot } from "react-dom/client";
import { BrowserRouter } from "react-router-dom";
import { App } from "./app";
import { applyMode, storedMode } from "./mode";
import { SessionProvider } from "./session";

applyMode(storedMode());
createRoot(document.getElementById("root")!).render(
  <BrowserRouter basename="/console" future={{ v7_startTransition: true, v7_relativeSplatPath: true }}>
    <I18nProvider locale="en" messages={[words]}>
      <SessionProvider>
        <App />
      </SessionProvider>
    </I18nProvider>
  </BrowserRouter>,
);
