/** Hands ports to the window: the contract and one stream per attached terminal. The one place where something crosses. */
import { type IpcMainEvent, ipcMain, MessageChannelMain, type MessagePortMain } from "electron";
import { z } from "zod";
import { portChannel, portRequest } from "#shared/bridge.ts";
import { isOwn } from "./guards.ts";

export type PortServers = {
  rpc(port: MessagePortMain, windowId: number): void;
  terminal(port: MessagePortMain, view: Omit<Extract<z.infer<typeof portRequest>, { kind: "terminal" }>, "kind">): void;
};

const requestId = z.string().min(1).max(100);

export function servePorts(servers: PortServers): void {
  ipcMain.on(portChannel, (event, id: unknown, wanted: unknown) => {
    if (!isTrusted(event)) return;
    const name = requestId.safeParse(id);
    const request = portRequest.safeParse(wanted);
    if (!name.success || !request.success) return;
    const { port1, port2 } = new MessageChannelMain();
    if (request.data.kind === "rpc") servers.rpc(port1, event.sender.id);
    else servers.terminal(port1, request.data);
    event.senderFrame?.postMessage(portChannel, name.data, [port2]);
  });
}

/** Electron's security checklist, item 17: only the top frame of a page of ours may speak to main. */
function isTrusted(event: IpcMainEvent): boolean {
  const frame = event.senderFrame;
  return frame !== null && frame.parent === null && isOwn(frame.url);
}
