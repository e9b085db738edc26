/** Bottles without any service: nothing listens for them, so nothing at all can be reached from inside. */
import type { BottleReach, BottleServices, OpenServices, PlannedServices } from "./bottle-services.ts";

const nothing: OpenServices = { ports: [], environment: {}, certificate: null };

export const offline: BottleServices = {
  plan: async ({ allowedHosts }: BottleReach): Promise<PlannedServices> => ({
    services: [],
    allowedHosts: [],
    routes: [],
    environment: [],
    notEnforced:
      allowedHosts.length === 0
        ? []
        : [`Nothing outside can be reached from this bottle, though the program wants ${allowedHosts.join(", ")}.`],
  }),
  open: async () => nothing,
  restore: async () => nothing,
  states: () => [],
  onChange: () => () => {},
  close: async () => {},
};
