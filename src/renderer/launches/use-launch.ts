/** Starts an agent program and shows its terminal. */
import { useCallback } from "react";
import { openTerminal } from "../app/open.ts";
import { type Client, useClient } from "../connection/index.ts";

export type LaunchRequest = Parameters<Client["launches"]["start"]>[0];

/** Throws what main refused it for; the caller shows it where the click was. */
export function useLaunch(): (request: LaunchRequest) => Promise<void> {
  const client = useClient();
  return useCallback(
    async (request) => {
      const { terminal } = await client.launches.start(request);
      openTerminal(terminal.id);
    },
    [client],
  );
}
