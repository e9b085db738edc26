/** Bottles of a product may reach a port of this computer, and nobody is asked about anything else. */
import { call, type Running } from "./call.ts";

export async function letOut(product: Running, port: number): Promise<void> {
  await call(product, "settings.change", { gatewayHoldSeconds: 0 });
  const rule = { host: "localhost", ports: [port], privateAddresses: true };
  await call(product, "gateway.addRule", { ...rule, scope: { type: "always" } });
}
