/** `session` and `protocol` (docs/api/session.md, protocol.md): who may do what in a page, and where its files come from. */
import type { CustomScheme, Session as ElectronSession } from "electron";
import { life } from "./app.ts";
import { needsReady } from "./ready.ts";
import { strict } from "./strict.ts";

type RequestHandler = NonNullable<Parameters<ElectronSession["setPermissionRequestHandler"]>[0]>;
type CheckHandler = NonNullable<Parameters<ElectronSession["setPermissionCheckHandler"]>[0]>;

type DeviceHandler = Parameters<ElectronSession["setDevicePermissionHandler"]>[0];

/** Null: Electron grants what a page asks for. */
export const handlers = {
  request: null as RequestHandler | null,
  check: null as CheckHandler | null,
  device: null as DeviceHandler,
};

const defaultSession = strict("Session", {
  setPermissionRequestHandler(handler: RequestHandler | null) {
    handlers.request = handler;
  },
  setPermissionCheckHandler(handler: CheckHandler | null) {
    handlers.check = handler;
  },
  setDevicePermissionHandler(handler: DeviceHandler) {
    handlers.device = handler;
  },
} satisfies Partial<Record<keyof ElectronSession, unknown>>);

export const session = strict("session", {
  get defaultSession() {
    needsReady("Session can only be received when app is ready");
    return defaultSession;
  },
});

type SchemeHandler = (request: Request) => Response | Promise<Response>;
export const schemes = { privileged: new Map<string, CustomScheme>(), handlers: new Map<string, SchemeHandler>() };

export const protocol = strict("protocol", {
  /** "This method can only be used before the `ready` event of the `app` module gets emitted and can be called only once." */
  registerSchemesAsPrivileged(list: CustomScheme[]) {
    if (life.ready) throw new Error("protocol.registerSchemesAsPrivileged should be called before app is ready");
    if (schemes.privileged.size > 0) throw new Error("protocol.registerSchemesAsPrivileged can be called only once");
    for (const each of list) schemes.privileged.set(each.scheme, each);
  },
  handle(scheme: string, handler: SchemeHandler) {
    needsReady("protocol.handle can only be used after app is ready");
    if (schemes.handlers.has(scheme)) throw new Error(`The scheme ${scheme} has been intercepted already`);
    schemes.handlers.set(scheme, handler);
  },
});
