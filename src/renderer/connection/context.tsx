/** The one connection of this window, for components. */
import { createContext, type ReactNode, useContext, useSyncExternalStore } from "react";
import type { Client, Connection, ConnectionStatus } from "./connection.ts";

const Current = createContext<Connection | null>(null);

export function ConnectionProvider({ connection, children }: { connection: Connection; children: ReactNode }) {
  return <Current value={connection}>{children}</Current>;
}

export function useConnection(): Connection {
  const connection = useContext(Current);
  if (!connection) throw new Error("useConnection outside ConnectionProvider");
  return connection;
}

export function useClient(): Client {
  return useConnection().client;
}

export function useConnectionStatus(): ConnectionStatus {
  const connection = useConnection();
  return useSyncExternalStore(
    (changed) => connection.onStatus(changed),
    () => connection.status,
  );
}
