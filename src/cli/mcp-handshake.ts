/**
 * What a client of MCP's 2025 revisions said once and a new main has to hear again: who it is, and what it has subscribed to. Later
 * revisions say everything with each request, and need none of this.
 */

export type Message = {
  id?: string | number | null;
  method?: string;
  params?: { uri?: string } & Record<string, unknown>;
};

/** Ids of requests of our own; no client's look like this. */
const ownIds = "cellar-again-";

export class McpHandshake {
  #initialize: Message | null = null;
  #initialized: Message | null = null;
  readonly #subscribed = new Map<string, Message>();
  #next = 0;

  /** Remembers what matters of a message from the client. */
  sent(message: Message): void {
    const uri = String(message.params?.uri);
    switch (message.method) {
      case "initialize":
        this.#initialize = message;
        break;
      case "notifications/initialized":
        this.#initialized = message;
        break;
      case "resources/subscribe":
        this.#subscribed.set(uri, message);
        break;
      case "resources/unsubscribe":
        this.#subscribed.delete(uri);
        break;
    }
  }

  /** What a new main has to hear, in order; nothing before the client has said it itself. */
  again(): Message[] {
    const said = [this.#initialize, this.#initialized, ...this.#subscribed.values()].filter((each) => each !== null);
    return said.map((message) => ("id" in message ? { ...message, id: `${ownIds}${this.#next++}` } : message));
  }

  /** An answer to what was said again, which is not for the client. */
  isOurs({ id, method }: Message): boolean {
    return method === undefined && typeof id === "string" && id.startsWith(ownIds);
  }
}
