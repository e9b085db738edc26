/** The status bar's word about all gateways; nothing while no bottle runs. */
import { useGateways } from "../live/index.ts";
import { counted, grouped, Sign } from "../ui/index.ts";
import { openGateway } from "./gateway-panel.tsx";

export function GatewayCount() {
  const { items } = useGateways();
  if (items.length === 0) return null;
  const sum = (key: "allowed" | "denied" | "waiting") => items.reduce((total, each) => total + each[key], 0);
  const waiting = sum("waiting");
  return (
    <button
      type="button"
      className="flex h-5 shrink-0 items-center gap-1.5 rounded px-1.5 hover:bg-hover hover:text-text"
      onClick={() => openGateway()}
    >
      {waiting > 0 && <Sign state="permission" />}
      <span>
        {waiting > 0
          ? `${counted(waiting, "host")} asked for`
          : `gateway ${grouped(sum("allowed"))} allowed ${grouped(sum("denied"))} denied`}
      </span>
    </button>
  );
}
