/**
 * How a client reaches main over HTTP and WebSockets: paths, subprotocols, how the token is shown, how a refusal reads.
 * The window (browser mode), the command line and main all take it from here.
 *
 * A window is opened as `http://127.0.0.1:<port>/#token=<token>`: a fragment is never sent to a server and never logged. From then on
 * the token is shown as one of the subprotocols of every WebSocket (`cellar.token.<token>`) and as the bearer of every upload.
 * On the Unix socket or named pipe no token is needed: file permissions say who may connect.
 */
import type { Problem, TerminalSize } from "./contract/base.ts";
import { type ErrorCode, errorCodes, errorStatus } from "./contract/error-codes.ts";

/** WebSocket of the contract (oRPC); also served on the socket of the home. */
export const rpcPath = "/rpc";
export const rpcProtocol = "cellar.rpc.1";

/** Streamable HTTP of MCP on its own loopback port; on the socket of the home a WebSocket, for `cellar mcp`. */
export const mcpPath = "/mcp";
export const mcpProtocol = "cellar.mcp.1";

/** Hook events of launched programs: HTTP on the terminal host's socket for them, and on a port inside a bottle. */
export const hookPath = "/hook";

/** WebSocket of one attached terminal: binary messages, one frame of `#shared/terminals/stream.ts` each. */
export const terminalPathPrefix = "/terminal/";
export const terminalProtocol = "cellar.terminal.1";

/** `PUT /upload/<uploadId>?path=<relative path>`, body = the file's bytes. */
export const uploadPathPrefix = "/upload/";

const tokenProtocolPrefix = "cellar.token.";
const tokenFragment = "token";

/** Subprotocols to open a WebSocket with: `new WebSocket(url, subprotocols(rpcProtocol, token))`. */
export function subprotocols(protocol: string, token: string | null): string[] {
  return token === null ? [protocol] : [protocol, tokenProtocolPrefix + token];
}

/** The token among offered subprotocols. */
export function tokenOfSubprotocols(offered: Iterable<string>): string | null {
  for (const protocol of offered) {
    if (protocol.startsWith(tokenProtocolPrefix)) return protocol.slice(tokenProtocolPrefix.length);
  }
  return null;
}

/** Value of the `authorization` header of an upload. */
export function bearer(token: string): string {
  return `Bearer ${token}`;
}

/** Address of a window: `origin` without a slash at the end. */
export function windowAddress(origin: string, token: string): string {
  return `${origin}/#${new URLSearchParams({ [tokenFragment]: token })}`;
}

/** The token in `location.hash`. */
export function tokenOfFragment(hash: string): string | null {
  return new URLSearchParams(hash.replace(/^#/, "")).get(tokenFragment);
}

/** Path of a terminal's WebSocket. Without a size the client only watches and leaves the size as it is. */
export function terminalPath(terminalId: string, view: { size: TerminalSize | null; focused: boolean }): string {
  const query = new URLSearchParams({ focused: view.focused ? "1" : "0" });
  if (view.size !== null) {
    query.set("cols", String(view.size.cols));
    query.set("rows", String(view.size.rows));
  }
  return `${terminalPathPrefix}${encodeURIComponent(terminalId)}?${query}`;
}

export function uploadPath(uploadId: string, relativePath: string): string {
  return `${uploadPathPrefix}${encodeURIComponent(uploadId)}?${new URLSearchParams({ path: relativePath })}`;
}

/** Largest message that is read at all (it ends the connection); what one call may hold is in the contract, 1 MiB unless it says more. */
export const largestMessageBytes = 8 * 1024 * 1024;

/** A WebSocket that is refused or given up is closed with `4000 + HTTP status` and a reason of at most 123 bytes. */
export function closeCodeOf(code: ErrorCode): number {
  return 4000 + errorStatus[code];
}

export function closeReasonOf(problem: Problem): string {
  const bytes = new TextEncoder().encode(`${problem.code}: ${problem.message}`);
  if (bytes.byteLength <= 123) return `${problem.code}: ${problem.message}`;
  return `${new TextDecoder().decode(bytes.subarray(0, 117)).replace(/\uFFFD+$/, "")}…`;
}

/** What the close of a WebSocket says; null when main did not mean to say anything (it ended, or the network did). */
export function problemOfClose(closeCode: number, reason: string): Problem | null {
  if (closeCode < 4000) return null;
  const [, code, message] = /^([a-z_]+): (.*)$/s.exec(reason) ?? [];
  const known = errorCodes.find((candidate) => candidate === code);
  return known === undefined
    ? { code: "internal", message: reason || `closed with ${closeCode}` }
    : { code: known, message: message ?? "" };
}
