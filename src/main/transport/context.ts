/** Who calls a procedure. Every transport makes one of these per connection; a procedure sees it as its context. */
export type Connection = {
  /** Unique per connection while main runs. */
  readonly id: string;
  /** `window`: a window of ours (Electron, or a browser with the token). `socket`: the command line, scripts. */
  readonly caller: "window" | "socket";
  /** Aborted when the connection ends, whoever ended it. */
  readonly closed: AbortSignal;
};

export type CallContext = { connection: Connection };
