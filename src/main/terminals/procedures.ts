/** The terminals' and cells' parts of the contract. Nearly all of it is the host's own work; main adds who asks and where. */
import type { TerminalHostClient } from "#terminal-host/client/index.ts";
import type { Connection } from "../transport/context.ts";
import { implementing } from "../transport/implementing.ts";
import { hostEvents } from "./host-events.ts";
import type { TerminalService } from "./service.ts";

export function terminalsProcedures(service: TerminalService, client: TerminalHostClient) {
  const { terminals } = implementing;
  return terminals.router({
    list: terminals.list.handler(async ({ input }) => {
      await service.known();
      return service
        .list()
        .filter(({ owner }) => input.workspaceId === undefined || owner.workspaceId === input.workspaceId)
        .filter(({ state }) => input.state === undefined || state === input.state);
    }),
    watch: terminals.watch.handler(async function* ({ signal }) {
      await service.known();
      yield* service.terminals.watch(signal);
    }),
    get: terminals.get.handler(({ input, signal }) => client.call("terminals.get", input, { signal })),
    create: terminals.create.handler(({ input }) => service.createFor(input)),
    write: terminals.write.handler(({ input }) => service.write(input.id, input.text)),
    resize: terminals.resize.handler(({ input }) => client.call("terminals.resize", input)),
    rename: terminals.rename.handler(({ input }) => client.call("terminals.rename", input)),
    setCellEnd: terminals.setCellEnd.handler(({ input }) => client.call("terminals.setCellEnd", input)),
    capture: terminals.capture.handler(({ input, signal }) => client.call("terminals.capture", input, { signal })),
    screen: terminals.screen.handler(({ input, signal }) => client.call("terminals.screen", input, { signal })),
    kill: terminals.kill.handler(({ input }) => service.kill(input.id, input.force)),
    restart: terminals.restart.handler(({ input }) => client.call("terminals.restart", input)),
    remove: terminals.remove.handler(({ input }) => client.call("terminals.remove", input)),
    search: terminals.search.handler(({ input, signal }) => client.call("terminals.search", input, { signal })),
  });
}

export function cellsProcedures(service: TerminalService, client: TerminalHostClient) {
  const { cells } = implementing;
  return cells.router({
    watch: cells.watch.handler(async function* ({ input, signal }) {
      await service.known();
      yield* service.cells.watch(
        signal,
        (cell) => input.terminalId === undefined || cell.terminalId === input.terminalId,
      );
    }),
    list: cells.list.handler(async ({ input, signal }) => {
      // An unknown terminal has no cells either, but a caller who mistyped its id wants to know.
      await client.call("terminals.get", { id: input.terminalId }, { signal });
      return client.call("cells.list", input, { signal });
    }),
    get: cells.get.handler(({ input, signal }) => client.call("cells.get", input, { signal })),
    output: cells.output.handler(({ input, signal }) => client.call("cells.output", input, { signal })),
    fire: cells.fire.handler(({ input, context }) =>
      client.call("cells.fire", { ...input, via: viaOf(context.connection) }),
    ),
    run: cells.run.handler(({ input, context, signal }) =>
      client.call("cells.run", { ...input, via: viaOf(context.connection) }, { signal }),
    ),
    interrupt: cells.interrupt.handler(({ input }) => client.call("cells.interrupt", input)),
    notify: cells.notify.handler(({ input }) => client.call("cells.notify", input)),
    events: cells.events.handler(async function* ({ input, signal }) {
      for await (const event of hostEvents(service, signal)) {
        if (event.type !== "cell") continue;
        const terminalId = "cell" in event.event ? event.event.cell.terminalId : event.event.terminalId;
        if (input.terminalId === undefined || input.terminalId === terminalId) yield event.event;
      }
    }),
  });
}

function viaOf({ caller }: Connection): "window" | "script" {
  return caller === "window" ? "window" : "script";
}
