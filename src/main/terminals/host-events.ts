/** The host's events as a stream of one reader. Unlike a live list none may be left out, so a reader that does not read is let go. */
import { Failure } from "#shared/failure.ts";
import type { HostEvent } from "#terminal-host/protocol.ts";
import type { TerminalService } from "./service.ts";

/** Unread events after which a reader is not coming back. */
const mostUnread = 10_000;

/** Ends when `signal` is aborted; throws `unavailable` to a reader that fell too far behind. */
export async function* hostEvents(
  service: Pick<TerminalService, "onEvent">,
  signal: AbortSignal | undefined,
): AsyncGenerator<HostEvent> {
  const unread: HostEvent[] = [];
  let wake = () => {};
  const end = service.onEvent((event) => {
    if (unread.length <= mostUnread) unread.push(event);
    wake();
  });
  const stir = () => wake();
  signal?.addEventListener("abort", stir, { once: true });
  try {
    while (!signal?.aborted) {
      if (unread.length > mostUnread) {
        throw new Failure("unavailable", `${mostUnread} events were not read in time`, { hint: "Subscribe again." });
      }
      const event = unread.shift();
      if (event !== undefined) yield event;
      else {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    }
  } finally {
    signal?.removeEventListener("abort", stir);
    end();
  }
}
