/** A shortcut that is recorded from the keyboard: press the button, then the keys. */
import { useEffect, useState } from "react";
import { isMac, pauseShortcuts, shortcutLabel } from "../app/commands.ts";
import { Button, Keys } from "../ui/index.ts";
import { recorded } from "./recorded.ts";

type ShortcutProps = { label: string; value: string; onChange: (value: string) => void };

export function ShortcutInput({ label, value, onChange }: ShortcutProps) {
  const [listening, setListening] = useState(false);
  const [alone, setAlone] = useState(false);
  useEffect(() => {
    if (!listening) return;
    setAlone(false);
    const resume = pauseShortcuts();
    const pressed = (event: KeyboardEvent) => {
      event.preventDefault();
      event.stopPropagation();
      if (event.key === "Escape") return setListening(false);
      const said = recorded(event, isMac);
      if ("missing" in said) return setAlone(said.missing === "modifier");
      setListening(false);
      onChange(said.shortcut);
    };
    window.addEventListener("keydown", pressed, true);
    return () => {
      resume();
      window.removeEventListener("keydown", pressed, true);
    };
  }, [listening, onChange]);
  return (
    <span className="flex flex-wrap items-center justify-end gap-2" aria-live="polite">
      {listening ? (
        <span className="text-muted">
          {alone ? `Hold ${isMac ? "⌘, ⌃ or ⌥" : "Ctrl, Alt or Super"} as well` : "Press the keys, or Esc"}
        </span>
      ) : value === "" ? (
        <span className="text-muted">None</span>
      ) : (
        <Keys>{shortcutLabel(value)}</Keys>
      )}
      <Button
        small
        aria-label={`Record: ${label}`}
        onBlur={() => setListening(false)}
        onClick={() => setListening(true)}
      >
        {value === "" ? "Record" : "Change"}
      </Button>
    </span>
  );
}
