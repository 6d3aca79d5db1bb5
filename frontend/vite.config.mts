import { defineConfig } from "vite";

// Two builds of the same source are the same bytes: the built files are committed and compared.
export default defineConfig({
  base: "./",
  build: {
    outDir: "../src/stationkeep/web/static",
    emptyOutDir: true,
    target: "es2022",
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 800,
    modulePreload: { polyfill: false },
  },
});
