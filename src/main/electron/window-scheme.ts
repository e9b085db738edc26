/** The window's own protocol, instead of `file://`: it serves `out/renderer` and nothing else. */
import { createReadStream } from "node:fs";
import { Readable } from "node:stream";
import { protocol } from "electron";
import { rendererFile, securityHeaders } from "../transport/renderer-files.ts";

const scheme = "cellar-window";
export const windowOrigin = `${scheme}://app`;

/** Must run before Electron is ready. */
export function registerWindowScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme, privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true } },
  ]);
}

export function serveWindowScheme(rendererFolder: string): void {
  // Everything a window needs comes from its own origin or through a port.
  const headers = securityHeaders([]);
  protocol.handle(scheme, async (request) => {
    const url = new URL(request.url);
    const file =
      url.host === "app" && request.method === "GET" ? await rendererFile(rendererFolder, url.pathname) : null;
    if (file === null) return new Response("not found", { status: 404, headers });
    const body = Readable.toWeb(createReadStream(file.path)) as ReadableStream<Uint8Array>;
    return new Response(body, {
      headers: { ...headers, "content-type": file.type, "content-length": String(file.bytes) },
    });
  });
}
