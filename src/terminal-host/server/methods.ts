/** What a control connection can call: each method of {@link HostMethods}, with its parameters checked. */
import { z } from "zod";
import { launchedAgent } from "#shared/activity/index.ts";
import { cellId, terminalId, terminalSize } from "#shared/contract/base.ts";
import { cellEnd, newTerminal, terminalName } from "#shared/contract/terminals.ts";
import { Failure } from "#shared/failure.ts";
import type { HostMethod, HostMethods } from "../protocol.ts";
import { search, searchPattern } from "../search/index.ts";
import type { HostServices } from "./services.ts";

type Method<M extends HostMethod> = {
  params: z.ZodType<HostMethods[M][0]>;
  run(
    host: HostServices,
    params: HostMethods[M][0],
    signal: AbortSignal,
  ): Promise<HostMethods[M][1]> | HostMethods[M][1];
};

const nothing = z.strictObject({});
const byId = z.strictObject({ id: terminalId });

const via = z.enum(["window", "k", "mcp", "script"]);
const ofTerminal = z.strictObject({ terminalId });
const submission = z.strictObject({ terminalId, code: z.string(), limitSeconds: z.int().min(0), via });

const methods: { [M in HostMethod]: Method<M> } = {
  "terminals.list": { params: nothing, run: (host) => host.terminals.list() },
  "terminals.get": { params: byId, run: (host, { id }) => host.terminals.get(id).info },
  "terminals.create": {
    params: newTerminal.extend({ agent: launchedAgent.optional() }),
    run: async (host, wanted) => (await host.terminals.create(wanted)).info,
  },
  "terminals.write": {
    params: z.strictObject({ id: terminalId, text: z.string() }),
    run: (host, { id, text }) => ({ bytesWritten: host.terminals.reachable(id).write(Buffer.from(text)) }),
  },
  "terminals.resize": {
    params: z.strictObject({ id: terminalId, size: terminalSize }),
    run(host, { id, size }) {
      host.terminals.get(id).resize(size);
      return {};
    },
  },
  "terminals.rename": {
    params: z.strictObject({ id: terminalId, name: terminalName.nullable() }),
    run: (host, { id, name }) => host.terminals.rename(id, name).info,
  },
  "terminals.capture": {
    params: z.strictObject({ id: terminalId, lines: z.int().max(1_000_000), tail: z.boolean() }),
    async run(host, { id, lines, tail }) {
      const terminal = host.terminals.get(id);
      const text = await terminal.capture(lines, tail);
      const { bytesOut, linesOut, truncated, state, exitCode } = terminal.info;
      return { terminalId: id, text, bytesOut, linesOut, truncated, state, exitCode };
    },
  },
  "terminals.screen": {
    params: byId,
    async run(host, { id }) {
      const terminal = host.terminals.get(id);
      const view = await terminal.view();
      const { size, title } = terminal.info;
      return { terminalId: id, size, title, ...view };
    },
  },
  "terminals.kill": {
    params: z.strictObject({ id: terminalId, force: z.boolean() }),
    async run(host, { id, force }) {
      const terminal = host.terminals.get(id);
      await terminal.kill(force);
      return terminal.info;
    },
  },
  "terminals.restart": { params: byId, run: async (host, { id }) => (await host.terminals.restart(id)).info },
  "terminals.remove": {
    params: byId,
    async run(host, { id }) {
      await host.terminals.remove(id);
      return {};
    },
  },
  "terminals.search": {
    params: z.strictObject({ text: z.string().min(1).max(1000), regex: z.boolean(), limit: z.int().min(1).max(1000) }),
    async run(host, wish, signal) {
      const pattern = searchPattern(wish);
      const terminalIds = await host.terminals.searchable();
      return search({ folder: host.terminals.folder, terminalIds, pattern, limit: wish.limit }, signal);
    },
  },
  "host.shutdown": {
    params: z.strictObject({ force: z.boolean() }),
    async run(host, { force }) {
      await host.shutDown(force);
      return {};
    },
  },
  "host.configure": {
    params: z.strictObject({
      logMegabytes: z.number().positive().max(10_000).optional(),
      scrollback: z.int().min(0).max(100_000).optional(),
    }),
    run(host, wish) {
      host.terminals.configure(wish);
      return {};
    },
  },
  "terminals.setCellEnd": {
    params: z.strictObject({ id: terminalId, cellEnd }),
    run(host, { id, cellEnd }) {
      const terminal = host.terminals.reachable(id);
      terminal.setCellEnd(cellEnd);
      return terminal.info;
    },
  },
  "cells.list": {
    params: z.strictObject({ terminalId: terminalId.nullable(), limit: z.int().min(1) }),
    run: (host, { terminalId, limit }) => host.cells.list(terminalId, limit),
  },
  "cells.get": { params: z.strictObject({ id: cellId }), run: (host, { id }) => host.cells.get(id) },
  "cells.output": {
    params: z.strictObject({ id: cellId, from: z.int().min(0), length: z.int().min(1) }),
    run: (host, { id, from, length }) => host.cells.output(id, from, length),
  },
  "cells.fire": {
    params: submission,
    async run(host, wanted) {
      await host.readyForCell(wanted.terminalId);
      return host.cells.fire(wanted);
    },
  },
  "cells.run": {
    params: submission,
    async run(host, wanted, signal) {
      await host.readyForCell(wanted.terminalId);
      return host.cells.run(wanted, signal);
    },
  },
  "cells.interrupt": {
    params: ofTerminal,
    run(host, { terminalId }) {
      host.terminals.reachable(terminalId);
      return host.cells.interrupt(terminalId);
    },
  },
  "cells.notify": {
    params: z.strictObject({ terminalId, message: z.string(), from: z.string() }),
    run(host, { terminalId, message, from }) {
      host.terminals.reachable(terminalId);
      host.cells.notify(terminalId, message, from);
      return {};
    },
  },
  "host.info": { params: nothing, run: (host) => host.info() },
};

/** Throws a Failure; `invalid_input` for an unknown method or parameters that do not fit. */
export async function callMethod(
  host: HostServices,
  name: string,
  params: unknown,
  signal: AbortSignal,
): Promise<unknown> {
  const method = Object.hasOwn(methods, name) ? (methods[name as HostMethod] as Method<HostMethod>) : undefined;
  if (!method)
    throw new Failure("invalid_input", `The terminal host knows no method ${JSON.stringify(name.slice(0, 100))}`);
  const parsed = method.params.safeParse(params);
  if (!parsed.success) throw new Failure("invalid_input", `${name}: ${z.prettifyError(parsed.error)}`);
  return method.run(host, parsed.data, signal);
}
