import { resolve } from "node:path";
import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "electron-vite";
import { nodeBuiltins } from "./scripts/build/node-builtins.ts";

/** What a bundle contains of other people's work: `npm run pack` makes its lists of parts and licences from these. */
const license = { fileName: "bundled-licenses.json" };

/**
 * One bundle per process, with what it is made of: some hundred small files to find and read are half of a start. What `dependencies` names stays in
 * node_modules: native modules, and the emulator, whose packages mean another file for a bundler than for Node.
 */
export default defineConfig({
  main: {
    plugins: [nodeBuiltins()],
    build: {
      outDir: "out/main",
      license,
      target: "node24",
      rollupOptions: {
        input: {
          index: resolve("src/main/index.ts"),
          serve: resolve("src/main/serve.ts"),
          "terminal-host": resolve("src/terminal-host/index.ts"),
          "screen-worker": resolve("src/terminal-host/screen/worker.ts"),
          "search-worker": resolve("src/terminal-host/search/worker.ts"),
          "bottle-ports": resolve("src/main/bottles/bubblewrap/listen.ts"),
          "git-scan-worker": resolve("src/main/git-gate/scan-worker.ts"),
          "bottle-forward": resolve("src/main/bottles/docker/forward.ts"),
          "sandbox-terminal": resolve("src/main/bottles/opensandbox/attach.ts"),
          cellar: resolve("src/cli/cellar.ts"),
        },
        output: {
          format: "es",
          entryFileNames: "[name].js",
          chunkFileNames: "chunks/[name]-[hash].js",
        },
      },
    },
  },
  preload: {
    build: {
      outDir: "out/preload",
      license,
      rollupOptions: {
        input: { index: resolve("src/preload/index.ts") },
        // A sandboxed preload script must be CommonJS.
        output: { format: "cjs", entryFileNames: "[name].cjs" },
      },
    },
  },
  renderer: {
    root: "src/renderer",
    plugins: [react(), tailwindcss()],
    build: {
      outDir: "out/renderer",
      license,
      target: "chrome140",
      minify: true,
      // Fonts and images stay files, so that the Content-Security-Policy needs no data: URLs.
      assetsInlineLimit: 0,
      // The budget is one of gzipped bytes and `npm run bench` measures it; a warning in every start helps nobody.
      chunkSizeWarningLimit: 4000,
      rollupOptions: { input: resolve("src/renderer/index.html") },
    },
  },
});
