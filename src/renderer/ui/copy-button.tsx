/** Copies a text and says so where it was asked. */
import { Check, Copy } from "lucide-react";
import { useEffect, useState } from "react";
import { IconButton } from "./button.tsx";
import { orNotice } from "./notices.tsx";

export function CopyButton({ text, label }: { text: string; label: string }) {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), 1_500);
    return () => clearTimeout(timer);
  }, [copied]);
  return (
    <IconButton
      label={copied ? "Copied" : label}
      onClick={() => {
        void orNotice(
          "Could not copy",
          navigator.clipboard.writeText(text).then(() => setCopied(true)),
        );
      }}
    >
      {copied ? <Check size={13} /> : <Copy size={13} />}
    </IconButton>
  );
}
