/** The window's files (`out/renderer`) and the headers they go with, for the loopback server and Electron's own protocol alike. */
import { realpath, stat } from "node:fs/promises";
import { extname, join, sep } from "node:path";

const types: Record<string, string> = {
  ".css": "text/css; charset=utf-8",
  ".gif": "image/gif",
  ".html": "text/html; charset=utf-8",
  ".ico": "image/x-icon",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json; charset=utf-8",
  ".map": "application/json; charset=utf-8",
  ".mp3": "audio/mpeg",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".txt": "text/plain; charset=utf-8",
  ".wasm": "application/wasm",
  ".webp": "image/webp",
  ".woff2": "font/woff2",
};

/**
 * Nothing but our own files runs or loads. Styles may be inline because xterm.js makes style elements for its theme and dockview sets
 * sizes; scripts may not. `connect` are the addresses the window may open beside its own origin.
 */
export function contentSecurityPolicy(connect: readonly string[]): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data:",
    "font-src 'self'",
    "media-src 'self'",
    "worker-src 'self'",
    `connect-src ${["'self'", ...connect].join(" ")}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join("; ");
}

/** Headers of every answer, whatever it is. */
export function securityHeaders(connect: readonly string[]): Record<string, string> {
  return {
    "content-security-policy": contentSecurityPolicy(connect),
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
  };
}

export type RendererFile = { path: string; type: string; bytes: number };

/** The file a request path names, or null: unknown type, not there, or not inside the folder after symbolic links are resolved. */
export async function rendererFile(folder: string, requestPath: string): Promise<RendererFile | null> {
  const relative = decoded(requestPath);
  if (relative === null || relative.includes("\0") || relative.includes("\\")) return null;
  const type = types[extname(relative)];
  if (type === undefined) return null;
  try {
    const root = await realpath(folder);
    const path = await realpath(join(root, relative));
    if (!path.startsWith(root + sep)) return null;
    const found = await stat(path);
    return found.isFile() ? { path, type, bytes: found.size } : null;
  } catch {
    return null;
  }
}

function decoded(requestPath: string): string | null {
  try {
    return requestPath === "/" ? "/index.html" : decodeURIComponent(requestPath);
  } catch {
    return null;
  }
}
