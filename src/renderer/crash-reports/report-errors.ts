/** Tells main of every error of this window that nobody has caught, so that it is redacted and kept on this computer. */
import type { Client } from "../connection/index.ts";

const longestMessage = 20_000;
const longestStack = 100_000;

/** Returns what ends it. */
export function reportErrors(client: Client): () => void {
  const tell = (thrown: unknown, said: string) => {
    const { name, message, stack } = thrown instanceof Error ? thrown : new Error(said);
    const whole = `${name}: ${message}`;
    client.crashReports
      .report({ message: whole.slice(0, longestMessage), stack: (stack ?? whole).slice(0, longestStack) })
      // Without a connection there is nobody to tell; the console has it.
      .catch(() => {});
  };
  const onError = ({ error, message }: ErrorEvent) => {
    // Chromium's note that a layout is finished in the next frame; no error.
    if (!message.startsWith("ResizeObserver loop")) tell(error, message);
  };
  const onRejection = ({ reason }: PromiseRejectionEvent) => tell(reason, String(reason));
  window.addEventListener("error", onError);
  window.addEventListener("unhandledrejection", onRejection);
  return () => {
    window.removeEventListener("error", onError);
    window.removeEventListener("unhandledrejection", onRejection);
  };
}
