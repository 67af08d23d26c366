// SPDX-License-Identifier: Apache-2.0
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

// Nothing is inlined: the daemon's Content-Security-Policy allows files of its own origin only.
export default defineConfig({
  base: "/console/",
  plugins: [react()],
  build: { assetsInlineLimit: 0, modulePreload: { polyfill: false }, chunkSizeWarningLimit: 1500, sourcemap: false },
  server: { proxy: { "^/(?!console/)": "http://127.0.0.1:8420" } },
});
