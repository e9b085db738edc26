/** Said plainly wherever something is launched without isolation. */
import { Sign } from "../ui/index.ts";

export function NotIsolated({ className }: { className?: string }) {
  return (
    <p className={`flex items-start gap-2 text-muted ${className ?? ""}`}>
      <Sign state="not-isolated" className="mt-[3px]" />
      <span>
        <span className="text-text">On this computer, not isolated.</span> It runs with your rights and can read and
        change whatever you can.
      </span>
    </p>
  );
}
