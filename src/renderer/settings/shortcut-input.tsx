/** A shortcut that is recorded from the keyboard: press the button, then the keys. */
import { X } from "lucide-react";
import { useEffect, useState } from "react";
import { isMac, pauseShortcuts, shortcutLabel } from "../app/commands.ts";
import { Button, IconButton, Keys } from "../ui/index.ts";
import { heldNow, recorded } from "./recorded.ts";

type ShortcutProps = { label: string; value: string; onChange: (value: string) => void };

export function ShortcutInput({ label, value, onChange }: ShortcutProps) {
  const [listening, setListening] = useState(false);
  const [held, setHeld] = useState("");
  const [refused, setRefused] = useState<string | null>(null);
  useEffect(() => {
    if (!listening) return;
    setHeld("");
    setRefused(null);
    const resume = pauseShortcuts();
    const pressed = (event: KeyboardEvent) => {
      event.preventDefault();
      event.stopPropagation();
      if (event.key === "Escape" && heldNow(event, isMac) === "") return setListening(false);
      const said = recorded(event, isMac);
      if ("held" in said) setHeld(said.held);
      else if ("refused" in said) setRefused(said.refused);
      else {
        setListening(false);
        onChange(said.shortcut);
      }
    };
    const released = (event: KeyboardEvent) => setHeld(heldNow(event, isMac));
    window.addEventListener("keydown", pressed, true);
    window.addEventListener("keyup", released, true);
    return () => {
      resume();
      window.removeEventListener("keydown", pressed, true);
      window.removeEventListener("keyup", released, true);
    };
  }, [listening, onChange]);
  return (
    <span className="flex min-w-0 flex-col items-end gap-1 @max-[560px]:items-start">
      <span className="flex items-center gap-2">
        {listening ? (
          <span className="text-muted">{held === "" ? "Press the keys, or Esc" : <Keys>{held}</Keys>}</span>
        ) : value === "" ? (
          <span className="text-muted">None</span>
        ) : (
          <Keys>{shortcutLabel(value)}</Keys>
        )}
        {/* One button all the time: it keeps the keyboard while it changes what it does. */}
        <Button
          small
          aria-label={listening ? `Leave as it is: ${label}` : `Record: ${label}`}
          onBlur={() => setListening(false)}
          onClick={() => setListening(!listening)}
        >
          {listening ? "Cancel" : value === "" ? "Record" : "Change"}
        </Button>
        {value !== "" && !listening && (
          <IconButton label="Remove the shortcut" onClick={() => onChange("")}>
            <X size={13} aria-hidden />
          </IconButton>
        )}
      </span>
      <span role="status" className="text-right text-attention text-sm empty:hidden @max-[560px]:text-left">
        {listening && refused}
      </span>
    </span>
  );
}
