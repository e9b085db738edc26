/** The windows' own protocol, instead of `file://`: it serves `out/renderer`, the recovery window's page, and nothing else. */
import { createReadStream } from "node:fs";
import { Readable } from "node:stream";
import { protocol } from "electron";
import { rendererFile, securityHeaders } from "../transport/renderer-files.ts";
import { recoveryPolicy } from "./recovery-page.ts";
import { isRecovery, recoveryAddress, windowOfAddress, windowScheme } from "./window-address.ts";

/** Must run before Electron is ready. */
export function registerWindowScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: windowScheme, privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true } },
  ]);
}

/** `recoveryPage`: what the recovery window shows; null while there is none. */
export function serveWindowScheme(rendererFolder: string, recoveryPage: () => string | null): void {
  // Everything a window needs comes from its own origin or through a port.
  const headers = securityHeaders([]);
  const notFound = () => new Response("not found", { status: 404, headers });
  protocol.handle(windowScheme, async ({ url, method }) => {
    if (isRecovery(url)) {
      const page = url === recoveryAddress ? recoveryPage() : null;
      if (page === null) return notFound();
      const type = "text/html; charset=utf-8";
      return new Response(page, {
        headers: { ...headers, "content-security-policy": recoveryPolicy, "content-type": type },
      });
    }
    const ours = windowOfAddress(url) !== null && method === "GET";
    const file = ours ? await rendererFile(rendererFolder, new URL(url).pathname) : null;
    if (file === null) return notFound();
    const body = Readable.toWeb(createReadStream(file.path)) as ReadableStream<Uint8Array>;
    return new Response(body, {
      headers: { ...headers, "content-type": file.type, "content-length": String(file.bytes) },
    });
  });
}
