/** Somebody scrolled up: says how much has come since, and leads back to the newest line. */
import { ArrowDown } from "lucide-react";
import { counted } from "../ui/index.ts";

export function FollowPill({ newLines, follow }: { newLines: number; follow: () => void }) {
  return (
    <button
      type="button"
      data-tip={"Follow the output\nEnd"}
      className="absolute right-5 bottom-3 z-10 flex h-7 items-center gap-1.5 rounded-full border border-line-field bg-raised pr-3 pl-2.5 text-text shadow-raised hover:bg-hover"
      onClick={follow}
    >
      <ArrowDown size={13} aria-hidden />
      <span className="tabular">{newLines === 0 ? "Follow" : counted(newLines, "new line")}</span>
    </button>
  );
}
