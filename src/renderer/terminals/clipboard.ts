/** The system's clipboard, where the window may reach it. */
import { Failure } from "#shared/failure.ts";
import type { Connection } from "../connection/index.ts";

export async function copyText(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    throw new Failure("unavailable", "The browser did not let Cellar write to the clipboard", {
      hint: "Allow the clipboard for this page, or select the text and copy it with the browser's own menu.",
    });
  }
}

/** On the desktop main reads it: a page of ours has no permission to. */
export async function clipboardText({ face, client }: Pick<Connection, "face" | "client">): Promise<string> {
  if (face === "electron") return (await client.app.clipboardText({})).text;
  try {
    return await navigator.clipboard.readText();
  } catch {
    throw new Failure("unavailable", "The browser did not let Cellar read the clipboard", {
      hint: "Paste with the keyboard instead: that needs no permission.",
    });
  }
}
