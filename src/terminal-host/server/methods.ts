/** What a control connection can call: each method of {@link HostMethods}, with its parameters checked. */
import { z } from "zod";
import { terminalId, terminalSize } from "#shared/contract/base.ts";
import { newTerminal } from "#shared/contract/terminals.ts";
import { Failure } from "#shared/failure.ts";
import type { HostMethod, HostMethods } from "../protocol.ts";
import type { Host } from "./host.ts";

type Method<M extends HostMethod> = {
  params: z.ZodType<HostMethods[M][0]>;
  run(host: Host, params: HostMethods[M][0], signal: AbortSignal): Promise<HostMethods[M][1]> | HostMethods[M][1];
};

const nothing = z.strictObject({});
const byId = z.strictObject({ id: terminalId });

const methods: { [M in HostMethod]?: Method<M> } = {
  "terminals.list": { params: nothing, run: (host) => host.terminals.list() },
  "terminals.get": { params: byId, run: (host, { id }) => host.terminals.get(id).info },
  "terminals.create": { params: newTerminal, run: async (host, wanted) => (await host.terminals.create(wanted)).info },
  "terminals.write": {
    params: z.strictObject({ id: terminalId, text: z.string() }),
    run: (host, { id, text }) => ({ bytesWritten: host.terminals.get(id).write(Buffer.from(text)) }),
  },
  "terminals.resize": {
    params: z.strictObject({ id: terminalId, size: terminalSize }),
    run(host, { id, size }) {
      host.terminals.get(id).resize(size);
      return {};
    },
  },
  "terminals.kill": {
    params: z.strictObject({ id: terminalId, force: z.boolean() }),
    run(host, { id, force }) {
      const terminal = host.terminals.get(id);
      terminal.kill(force);
      return terminal.info;
    },
  },
  "host.info": { params: nothing, run: (host) => host.info() },
};

/** Throws a Failure; `invalid_input` for an unknown method or parameters that do not fit. */
export async function callMethod(host: Host, name: string, params: unknown, signal: AbortSignal): Promise<unknown> {
  const method = Object.hasOwn(methods, name) ? (methods[name as HostMethod] as Method<HostMethod>) : undefined;
  if (!method)
    throw new Failure("invalid_input", `The terminal host knows no method ${JSON.stringify(name.slice(0, 100))}`);
  const parsed = method.params.safeParse(params);
  if (!parsed.success) throw new Failure("invalid_input", `${name}: ${z.prettifyError(parsed.error)}`);
  return method.run(host, parsed.data, signal);
}
