/** The worker thread that keeps the screens: emulation takes longer than reading, and must not stand in the way of a key. */
import { parentPort } from "node:worker_threads";
import { Emulator } from "./emulator.ts";
import type { FromWorker, ToWorker } from "./messages.ts";

const port = parentPort;
if (!port) throw new Error("the screen worker runs as a worker thread only");

const screens = new Map<string, Emulator>();

function say(message: FromWorker, transfer: ArrayBuffer[] = []): void {
  port!.postMessage(message, transfer);
}

function obey(message: ToWorker): void {
  const { id } = message;
  if (message.type === "open") {
    screens.set(id, new Emulator(message.size, message.scrollback, (text) => say({ type: "reply", id, text })));
    return;
  }
  const screen = screens.get(id);
  if (!screen) return;
  switch (message.type) {
    case "write": {
      const bytes = message.bytes.byteLength;
      screen.write(message.bytes, () => say({ type: "parsed", id, bytes }));
      return;
    }
    case "resize":
      screen.settled(() => screen.resize(message.size));
      return;
    case "serialize":
      screen.settled(() => {
        const bytes = screen.serialized();
        say({ type: "serialized", request: message.request, screen: bytes }, [bytes.buffer]);
      });
      return;
    case "view":
      screen.settled(() => say({ type: "viewed", request: message.request, view: screen.view() }));
      return;
    case "close":
      screens.delete(id);
      screen.settled(() => screen.dispose());
  }
}

port.on("message", obey);
