/** The gateway in the window: `GatewaySection` for a bottle's inspector, the panel, and the count in the status bar. */
export { GatewayCount } from "./gateway-count.tsx";
export { openGateway } from "./gateway-panel.tsx";
export { GatewaySection } from "./gateway-section.tsx";
