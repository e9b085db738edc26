import { defineConfig } from "vitest/config";

/** `unit` sits beside the code, `integration` drives several of our processes, `e2e` drives the built product in Chromium. */
const shared = { environment: "node", testTimeout: 30_000, hookTimeout: 60_000 } as const;

export default defineConfig({
  test: {
    reporters: process.env["CI"] ? ["dot"] : ["default"],
    maxWorkers: 2,
    projects: [
      { test: { ...shared, name: "unit", include: ["src/**/*.test.{ts,tsx}", "test/*.test.ts"] } },
      { test: { ...shared, name: "integration", include: ["test/integration/**/*.test.ts"], testTimeout: 120_000 } },
      {
        test: {
          ...shared,
          name: "e2e",
          include: ["test/e2e/**/*.test.ts"],
          testTimeout: 180_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
