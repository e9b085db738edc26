/**
 * Runs in the isolated world before the page's scripts and runs the preload script there, as Electron does for a sandboxed window with context
 * isolation: `require` finds `electron`'s renderer half and a few modules and nothing else (docs/tutorial/sandbox.md: "A `require` function similar to
 * Node's … can only import a subset of Electron and Node's built-in modules"), and only the top frame has a preload script.
 */
import type { Clicked } from "#main/electron/text-menu.ts";
import type { Codec } from "./codec.ts";

export type FromPage =
  | { type: "ipc"; channel: string; args: string }
  | { type: "port"; port: number; data: string }
  | { type: "port-closed"; port: number }
  /** A right click, with all that main looks at. */
  | { type: "context-menu"; params: Clicked }
  | { type: "preload-error"; message: string };

export type ToPage =
  | { type: "ipc"; channel: string; args: string; ports: number[] }
  | { type: "port"; port: number; data: string }
  | { type: "port-closed"; port: number };

export type PreloadWorld = {
  channel: string;
  binding: string;
  receiver: string;
  /** Paths of files a person has dropped or chosen, by name. */
  paths: string;
};

export type Preload = (require: (name: string) => unknown, module: object, exports: object) => void;

export function preloadWorld(
  { channel, binding, receiver, paths }: PreloadWorld,
  codec: Codec,
  /** Part of the same source: a page's policy may forbid to make code out of text. */
  preload: Preload,
): void {
  if (window !== window.top) return;
  const scope = globalThis as unknown as Record<string, unknown>;
  const tell = (message: FromPage) => (scope[binding] as (text: string) => void)(JSON.stringify(message));

  type Listener = (event: unknown, ...args: unknown[]) => void;
  const listeners = new Map<string, Set<Listener>>();
  const ports = new Map<number, MessagePort>();

  const portFor = (id: number): MessagePort => {
    const { port1, port2 } = new MessageChannel();
    ports.set(id, port1);
    port1.addEventListener("message", (event) => tell({ type: "port", port: id, data: codec.encode(event.data) }));
    port1.addEventListener("close", () => {
      if (ports.delete(id)) tell({ type: "port-closed", port: id });
    });
    port1.start();
    return port2;
  };

  scope[receiver] = (messages: ToPage[]) => {
    for (const message of messages) {
      if (message.type === "ipc") {
        const event = { ports: message.ports.map(portFor), sender: ipcRenderer };
        const args = codec.decode(message.args) as unknown[];
        for (const listener of listeners.get(message.channel) ?? []) listener(event, ...args);
      } else if (message.type === "port") {
        ports.get(message.port)?.postMessage(codec.decode(message.data));
      } else {
        const port = ports.get(message.port);
        ports.delete(message.port);
        port?.close();
      }
    }
  };

  const refusing = <Part extends object>(name: string, part: Part): Part =>
    new Proxy(part, {
      get(target, property, self) {
        if (typeof property === "symbol" || property in target) return Reflect.get(target, property, self);
        throw new Error(`The double of Electron has no ${name}.${property} in a preload script`);
      },
    });

  const ipcRenderer = refusing("ipcRenderer", {
    on(name: string, listener: Listener) {
      listeners.set(name, (listeners.get(name) ?? new Set()).add(listener));
      return ipcRenderer;
    },
    send: (name: string, ...args: unknown[]) => tell({ type: "ipc", channel: name, args: codec.encode(args) }),
  });

  const calls: ((...args: unknown[]) => unknown)[] = [];
  const shapeOf = (value: unknown): unknown => {
    if (typeof value === "function") return { call: calls.push(value as never) - 1 };
    if (Array.isArray(value)) return { items: value.map(shapeOf) };
    if (typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype)
      return { members: Object.entries(value).map(([name, member]) => [name, shapeOf(member)]) };
    if (value instanceof Promise) throw new Error("The double does not carry promises over the context bridge");
    return { value: structuredClone(value) };
  };
  document.addEventListener(`${channel}:call`, (event) => {
    const { call, args } = (event as CustomEvent<{ call: number; args: unknown[] }>).detail;
    let detail: { shape: unknown } | { error: string };
    try {
      detail = { shape: shapeOf(calls[call]!(...args)) };
    } catch (error) {
      detail = { error: error instanceof Error ? error.message : String(error) };
    }
    document.dispatchEvent(new CustomEvent(`${channel}:answer`, { detail }));
  });
  const exposed = new Set<string>();
  const contextBridge = refusing("contextBridge", {
    exposeInMainWorld(key: string, api: unknown) {
      if (exposed.has(key)) throw new Error("Cannot bind an API on top of an existing property on the window object");
      exposed.add(key);
      document.dispatchEvent(new CustomEvent(`${channel}:expose`, { detail: { key, shape: shapeOf(api) } }));
    },
  });

  const webUtils = refusing("webUtils", {
    getPathForFile(file: File) {
      if (!(file instanceof File)) throw new TypeError("getPathForFile expected to receive a File object");
      const known = (scope[paths] ?? {}) as Record<string, string>;
      return known[file.name] ?? "";
    },
  });

  // "Emitted when there is a new context menu that needs to be handled": none does that a page has handled itself.
  window.addEventListener("contextmenu", (event) => {
    setTimeout(() => {
      if (event.defaultPrevented || !(event.target instanceof Element)) return;
      const field = event.target.closest("input, textarea") as HTMLInputElement | HTMLTextAreaElement | null;
      const isEditable = field !== null && !field.disabled && !field.readOnly;
      const { selectionStart, selectionEnd } = field ?? {};
      const selectionText = field?.value.slice(selectionStart ?? 0, selectionEnd ?? 0) ?? String(getSelection());
      const some = selectionText !== "";
      const kinds = new Map<string | undefined, Clicked["formControlType"]>([
        ["password", "input-password"],
        ["text", "input-text"],
        ["textarea", "text-area"],
      ]);
      const params: Clicked = {
        isEditable,
        selectionText,
        linkURL: event.target.closest("a")?.href ?? "",
        misspelledWord: "",
        dictionarySuggestions: [],
        formControlType: kinds.get(field?.type) ?? "none",
        editFlags: {
          canUndo: isEditable,
          canRedo: false,
          canCut: isEditable && some,
          canCopy: some,
          canPaste: isEditable,
          canDelete: isEditable && some,
          canSelectAll: true,
          canEditRichly: false,
        },
      };
      tell({ type: "context-menu", params });
    });
  });

  const modules: Record<string, unknown> = {
    electron: refusing("electron", { contextBridge, ipcRenderer, webUtils }),
  };
  const require = (name: string) => {
    if (/^(node:)?(events|timers|url)$/.test(name)) {
      throw new Error(`The double of Electron has no module ${name} in a preload script`);
    }
    const found = modules[name];
    if (found === undefined) throw new Error(`module not found: ${name}`);
    return found;
  };
  try {
    preload(require, { exports: {} }, {});
  } catch (error) {
    // Electron prints "Unable to load preload script" to the page's console and emits `preload-error`.
    console.error(`Unable to load preload script: ${error}`);
    tell({ type: "preload-error", message: String(error) });
  }
}
