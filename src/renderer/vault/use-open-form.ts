/** Which form of a section is open, if one is. When it closes, the keyboard goes back to the button that adds: the form that had it is gone. */
import { useRef, useState } from "react";

export function useOpenForm<Form>() {
  const [open, setOpen] = useState<Form | null>(null);
  const add = useRef<HTMLButtonElement>(null);
  const close = () => {
    setOpen(null);
    add.current?.focus();
  };
  return { open, setOpen, close, add };
}
