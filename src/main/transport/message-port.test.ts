/** The contract and terminal streams over real message ports (Node's own, which copy what is posted as Electron's do). */
import { once } from "node:events";
import { MessageChannel, type MessagePort } from "node:worker_threads";
import { createORPCClient } from "@orpc/client";
import { RPCLink } from "@orpc/client/message-port";
import type { ContractRouterClient } from "@orpc/contract";
import { afterEach, describe, expect, test } from "vitest";
import type { Contract } from "#shared/contract/index.ts";
import { Failure } from "#shared/failure.ts";
import { anyInfo, RpcParts } from "#test/rpc-parts.ts";
import { type Port, serveRpcPort, serveTerminalPort } from "./message-port.ts";
import { largestClientFrameBytes, type TerminalStreamEvents } from "./terminal-stream.ts";

const view = { terminalId: "term-00000001", size: null, focused: false };
const ports: MessagePort[] = [];
afterEach(() => {
  for (const port of ports.splice(0)) port.close();
});

/** Both ends; ours in the shape of Electron's `MessagePortMain`. */
function channel(): { ours: Port; theirs: MessagePort } {
  const { port1, port2 } = new MessageChannel();
  ports.push(port1, port2);
  const ours: Port = {
    on: (event: "message" | "close", listener: (event: { data: unknown }) => void) =>
      event === "message"
        ? port1.on("message", (data: unknown) => listener({ data }))
        : port1.on("close", () => listener({ data: undefined })),
    start: () => port1.start(),
    postMessage: (message) => port1.postMessage(message),
    close: () => port1.close(),
  };
  return { ours, theirs: port2 };
}

function clientOf(port: MessagePort): ContractRouterClient<Contract> {
  const link = new RPCLink({ port: port as never });
  port.start();
  return createORPCClient(link);
}

describe("the contract over a message port", () => {
  test("answers calls, also those posted before the port was served", async () => {
    using parts = new RpcParts({ "app.info": () => anyInfo });
    const { ours, theirs } = channel();
    const early = clientOf(theirs).app.info({});
    serveRpcPort(parts.rpc, ours);
    expect(await early).toMatchObject({ name: "Cellar" });
  });

  test("says whose call it is, and ends its streams with the port", async () => {
    const ended = Promise.withResolvers<void>();
    using parts = new RpcParts({
      "settings.get": ({ context }) => {
        throw new Failure("refused", context.connection.caller);
      },
      "jobs.watch": async function* ({ signal }: { signal?: AbortSignal }) {
        yield { type: "all", items: [] };
        await once(signal!, "abort");
        ended.resolve();
      } as never,
    });
    const { ours, theirs } = channel();
    serveRpcPort(parts.rpc, ours);
    const client = clientOf(theirs);
    await expect(client.settings.get({})).rejects.toMatchObject({ code: "refused", message: "window" });
    const watch = await client.jobs.watch({});
    expect((await watch.next()).value).toEqual({ type: "all", items: [] });
    theirs.close();
    await ended.promise;
  });

  test.each([42, null, { i: "1" }, "{", "garbage", new Uint8Array([0xff, 0xfe])])(
    "is refused to one who posts %j",
    async (garbage) => {
      using parts = new RpcParts({});
      const { ours, theirs } = channel();
      serveRpcPort(parts.rpc, ours);
      const said = once(theirs, "message");
      const closed = once(theirs, "close");
      theirs.postMessage(garbage);
      expect((await said)[0]).toMatch(/^invalid_input: /);
      await closed;
    },
  );
});

describe("a terminal over a message port", () => {
  test("passes frames on unchanged in both directions, those posted early too", async () => {
    const received: number[][] = [];
    const both = Promise.withResolvers<void>();
    let events: TerminalStreamEvents | undefined;
    const closed = Promise.withResolvers<void>();
    const streams = {
      open: async (_view: unknown, given: TerminalStreamEvents) => {
        events = given;
        return {
          send: (frame: Uint8Array) => {
            received.push([...frame]);
            if (received.length === 2) both.resolve();
            return true;
          },
          pause: () => {},
          resume: () => {},
          close: () => closed.resolve(),
        };
      },
    };
    const { ours, theirs } = channel();
    theirs.postMessage(Uint8Array.of(0x11, 1));
    await serveTerminalPort(streams, ours, view);
    theirs.postMessage(Uint8Array.of(0x11, 2));
    await both.promise;
    expect(received).toEqual([
      [0x11, 1],
      [0x11, 2],
    ]);
    const frame = once(theirs, "message");
    events!.frame(Uint8Array.of(2, 0, 255));
    expect([...((await frame)[0] as Uint8Array)]).toEqual([2, 0, 255]);
    theirs.close();
    await closed.promise;
  });

  test("says why there is none, and closes", async () => {
    const { ours, theirs } = channel();
    const said = once(theirs, "message");
    const closed = once(theirs, "close");
    const streams = { open: () => Promise.reject(new Failure("not_found", "no such terminal")) };
    await serveTerminalPort(streams, ours, view);
    expect((await said)[0]).toBe("not_found: no such terminal");
    await closed;
  });

  test.each([
    ["text", "invalid_input"],
    [{ type: "input" }, "invalid_input"],
    [new Uint8Array(largestClientFrameBytes + 1), "too_large"],
  ])("refuses what is no frame", async (message, code) => {
    const sent: unknown[] = [];
    const streams = {
      open: async () => ({
        send: (frame: Uint8Array) => sent.push(frame) > 0,
        pause: () => {},
        resume: () => {},
        close: () => {},
      }),
    };
    const { ours, theirs } = channel();
    await serveTerminalPort(streams, ours, view);
    const said = once(theirs, "message");
    theirs.postMessage(message);
    expect((await said)[0]).toMatch(new RegExp(`^${code}: `));
    expect(sent).toEqual([]);
  });
});
