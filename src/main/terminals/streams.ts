/** Attached terminals for the transports: each is a connection of its own to the host, its frames passed on as they are. */
import { Failure } from "#shared/failure.ts";
import { frameType } from "#shared/terminals/stream.ts";
import type { TerminalHostClient } from "#terminal-host/client/index.ts";
import type { TerminalStreams } from "../transport/terminal-stream.ts";

export function terminalStreams(client: TerminalHostClient): TerminalStreams {
  return {
    open: async (view, events) => {
      const stream = await client.openStream(view);
      let asked = false;
      let ended = false;
      stream.onFrame((frame) => {
        ended ||= frame[0] === frameType.end;
        events.frame(frame);
      });
      stream.onDrain(events.drained);
      void stream.closed.then(() => {
        const expected = asked || ended;
        events.closed(expected ? null : new Failure("unavailable", "the stream of this terminal was lost"));
      });
      return {
        send: (frame) => stream.send(frame),
        pause: () => stream.pause(),
        resume: () => stream.resume(),
        close: () => {
          asked = true;
          stream.close();
        },
      };
    },
  };
}
