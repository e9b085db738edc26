import { defineConfig } from "vitest/config";

/** On Electron itself, where it can be had: `npm run test:electron`. */
export default defineConfig({
  test: {
    name: "electron",
    include: ["test/electron/**/*.test.ts"],
    testTimeout: 180_000,
    hookTimeout: 120_000,
    fileParallelism: false,
  },
});
