/** `ipcMain` (docs/api/ipc-main.md): what pages send arrives here, with the frame it came from. */
import { EventEmitter } from "node:events";
import { strict } from "./strict.ts";

export const ipcMain = strict("ipcMain", new EventEmitter());
