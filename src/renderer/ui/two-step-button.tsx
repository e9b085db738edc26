/** A button that asks once more on itself: the first press says what the second will do, and forgets after a few seconds. */
import { useEffect, useState } from "react";
import { Button, type ButtonProps } from "./button.tsx";

const armedMs = 4_000;

export function TwoStepButton({
  confirm,
  onConfirm,
  children,
  ...rest
}: Omit<ButtonProps, "onClick" | "look"> & { confirm: string; onConfirm: () => void }) {
  const [armed, setArmed] = useState(false);
  useEffect(() => {
    if (!armed) return;
    const timer = setTimeout(() => setArmed(false), armedMs);
    return () => clearTimeout(timer);
  }, [armed]);
  return (
    <Button
      {...rest}
      look={armed ? "danger" : "plain"}
      onBlur={() => setArmed(false)}
      onClick={() => {
        setArmed(!armed);
        if (armed) onConfirm();
      }}
    >
      {armed ? confirm : children}
    </Button>
  );
}
