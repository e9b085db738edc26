/** The git gate's panel: all bottles at once, where a notification leads. */
import { Screen } from "../ui/index.ts";
import { GitGateSection } from "./git-gate-section.tsx";

export default function GitGateScreen() {
  return (
    <Screen>
      <div className="mx-auto flex h-full max-w-3xl flex-col gap-4 px-6 py-5">
        <GitGateSection bottleId="" />
      </div>
    </Screen>
  );
}
