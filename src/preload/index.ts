/** The bridge of a window: hands over ports and resolves the paths of dropped files; nothing else. Runs sandboxed. */
import { contextBridge, ipcRenderer, webUtils } from "electron";
import type { CellarBridge, PortAnswer } from "#shared/bridge.ts";

// Not imported from `#shared/bridge.ts`: that would bundle its schemas into a script that only needs the word.
const portChannel: PortAnswer["channel"] = "cellar:port";

ipcRenderer.on(portChannel, (event, requestId: string) => {
  const answer: PortAnswer = { channel: portChannel, requestId };
  window.postMessage(answer, window.location.origin, event.ports);
});

const bridge: CellarBridge = {
  requestPort: (requestId, request) => ipcRenderer.send(portChannel, requestId, request),
  pathOf: (file) => webUtils.getPathForFile(file),
};
contextBridge.exposeInMainWorld("cellar", bridge);
