/**
 * An OpenSandbox server over HTTP, as specs/sandbox-lifecycle.yml (0.1.0), specs/execd-api.yaml (1.0.0) and specs/egress-api.yaml (0.1.0) of
 * github.com/opensandbox-group/OpenSandbox (formerly alibaba/OpenSandbox) say it. What is inside a sandbox is reached through the server's own proxy,
 * `/sandboxes/{id}/proxy/{port}` (server/opensandbox_server/api/proxy.py), and never at an address that an answer names: the key goes to the one
 * origin that the person has entered.
 */
import { openAsBlob } from "node:fs";
import { isIP } from "node:net";
import { setTimeout } from "node:timers/promises";
import { Failure } from "#shared/failure.ts";

export const execdPort = 44772;
export const egressPort = 18080;
export const keyHandle = "opensandbox_api_key";

const keyHeader = "OPEN-SANDBOX-API-KEY";
const patienceMs = 30_000;
/** An image may have to be fetched by a computer that never had it. */
const startPatienceMs = 10 * 60_000;
const endPatienceMs = 60_000;
/** Between two looks at a sandbox: it may be there at once, and may take minutes. */
const firstLookMs = 50;
const mostLookMs = 500;
const pageSize = 100;

export type Sandbox = { id: string; state: string; message: string; metadata: Readonly<Record<string, string>> };

/** Where something inside is reached, with what has to be sent along. */
export type Target = { url: string; headers: Record<string, string> };

/** The address that a person entered, as it is used. Throws `unavailable` with what is wrong with it. */
export function serverAddress(entered: string): string {
  let url: URL;
  try {
    url = new URL(entered.trim());
  } catch {
    throw new Failure("unavailable", `${JSON.stringify(entered)} is no address of an OpenSandbox server`);
  }
  if (url.protocol !== "https:" && url.protocol !== "http:") {
    throw new Failure("unavailable", "The address of an OpenSandbox server begins with https://");
  }
  if (url.protocol === "http:" && !isLoopback(url.hostname)) {
    throw new Failure(
      "unavailable",
      "Over http:// the key would be readable on the way; use https:// for a server on another computer",
    );
  }
  if (url.username !== "" || url.password !== "" || url.search !== "" || url.hash !== "") {
    throw new Failure(
      "unavailable",
      `The address of an OpenSandbox server holds no name, key or question; the key goes into the vault as ${keyHandle}`,
    );
  }
  const path = url.pathname.replace(/\/+$/, "");
  return `${url.origin}${path === "" ? "/v1" : path}`;
}

export function isLoopback(hostname: string): boolean {
  const host = hostname.replace(/^\[|\]$/g, "");
  return host === "localhost" || host === "::1" || (isIP(host) === 4 && host.startsWith("127."));
}

export class OpenSandboxServer {
  readonly base: string;
  readonly #key: string | null;

  /** `key`: null for a server that asks for none. */
  constructor(base: string, key: string | null) {
    this.base = base;
    this.#key = key;
  }

  /** Throws `unavailable` when it does not answer or refuses the key. */
  async check(): Promise<void> {
    await this.list({});
  }

  /** Those with all of these labels. */
  async list(metadata: Readonly<Record<string, string>>): Promise<Sandbox[]> {
    const found: Sandbox[] = [];
    const wanted = new URLSearchParams(metadata).toString();
    for (let page = 1; ; page++) {
      const query = new URLSearchParams({
        page: String(page),
        pageSize: String(pageSize),
        ...(wanted && { metadata: wanted }),
      });
      const answer = (await this.#ask("GET", `/sandboxes?${query}`)) as {
        items?: unknown[];
        pagination?: { hasNextPage?: boolean };
      };
      if (!Array.isArray(answer?.items))
        throw new Failure("failed", "The OpenSandbox server lists something that is no list");
      found.push(...answer.items.map(sandboxOf));
      if (answer.pagination?.hasNextPage !== true) break;
    }
    // A server that does not know the filter lists everybody's.
    return found.filter((each) => Object.entries(metadata).every(([name, value]) => each.metadata[name] === value));
  }

  /** Null when there is none. */
  async get(id: string): Promise<Sandbox | null> {
    try {
      return sandboxOf(await this.#ask("GET", `/sandboxes/${encodeURIComponent(id)}`));
    } catch (error) {
      if (error instanceof Failure && error.code === "not_found") return null;
      throw error;
    }
  }

  /** Resolves when it runs. */
  async create(request: object): Promise<Sandbox> {
    const made = sandboxOf(await this.#ask("POST", "/sandboxes", request));
    const late = performance.now() + startPatienceMs;
    const pause = pausing();
    for (let sandbox: Sandbox | null = made; ; ) {
      if (sandbox === null) throw new Failure("failed", "The sandbox was gone before it ran");
      if (sandbox.state === "Running") break;
      if (["Failed", "Stopping", "Terminated"].includes(sandbox.state)) {
        throw new Failure("failed", `The sandbox did not start: ${sandbox.message || sandbox.state}`);
      }
      if (performance.now() > late)
        throw new Failure("failed", `The sandbox did not run within ${startPatienceMs / 60_000} minutes`);
      await pause();
      sandbox = await this.get(made.id);
    }
    return made;
  }

  /** Resolves when it is gone; one that is not there is fine. */
  async remove(id: string): Promise<void> {
    try {
      await this.#ask("DELETE", `/sandboxes/${encodeURIComponent(id)}`);
    } catch (error) {
      if (!(error instanceof Failure) || (error.code !== "not_found" && error.code !== "conflict")) throw error;
    }
    const late = performance.now() + endPatienceMs;
    const pause = pausing();
    for (;;) {
      const sandbox = await this.get(id);
      if (sandbox === null || sandbox.state === "Terminated") return;
      if (performance.now() > late) throw new Failure("failed", `The sandbox ${id} is still there (${sandbox.state})`);
      await pause();
    }
  }

  /** What listens on `port` inside. */
  async inside(id: string, port: number): Promise<Target> {
    const path = `/sandboxes/${encodeURIComponent(id)}`;
    const { headers = {} } = (await this.#ask("GET", `${path}/endpoints/${port}?use_server_proxy=true`)) as {
      headers?: Record<string, string>;
    };
    return { url: `${this.base}${path}/proxy/${port}`, headers: { ...headers, ...this.#keyHeaders() } };
  }

  #keyHeaders(): Record<string, string> {
    return this.#key === null ? {} : { [keyHeader]: this.#key };
  }

  #ask(method: string, path: string, body?: object): Promise<unknown> {
    return ask({ url: this.base, headers: this.#keyHeaders() }, method, path, body);
  }
}

/** Each time half as long again. */
function pausing(): () => Promise<void> {
  let ms = firstLookMs;
  return async () => {
    await setTimeout(ms);
    ms = Math.min(ms * 1.5, mostLookMs);
  };
}

/** One question, answered with JSON or nothing. Throws `unavailable`, `not_found`, `conflict` or `failed`, with the server's own words. */
export async function ask(target: Target, method: string, path: string, body?: object | FormData): Promise<unknown> {
  const response = await send(target, path, {
    method,
    signal: AbortSignal.timeout(body instanceof FormData ? startPatienceMs : patienceMs),
    ...(body === undefined ? {} : body instanceof FormData ? { body } : { body: JSON.stringify(body) }),
    headers: body === undefined || body instanceof FormData ? {} : { "content-type": "application/json" },
  });
  const text = await response.text();
  if (text === "") return null;
  try {
    return JSON.parse(text);
  } catch {
    throw new Failure("failed", "The OpenSandbox server answered with something that is no JSON");
  }
}

/** The bytes of a file inside. */
export async function download(target: Target, path: string, take: (chunk: Buffer) => void): Promise<void> {
  const response = await send(target, `/files/download?${new URLSearchParams({ path })}`, { method: "GET" });
  const length = Number(response.headers.get("content-length") ?? Number.NaN);
  let got = 0;
  for await (const chunk of response.body ?? []) {
    got += chunk.length;
    take(Buffer.from(chunk));
  }
  if (Number.isFinite(length) && got !== length)
    throw new Failure("failed", `Only ${got} of ${length} bytes of ${path} came`);
}

export type Upload = { path: string; mode: number; content: string | { file: string } };

/** `mode` is written as its octal digits: 644. */
export async function upload(target: Target, files: readonly Upload[]): Promise<void> {
  const form = new FormData();
  for (const { path, mode, content } of files) {
    form.append("metadata", new Blob([JSON.stringify({ path, mode })], { type: "application/json" }), "metadata");
    const blob = typeof content === "string" ? new Blob([content]) : await openAsBlob(content.file);
    form.append("file", blob, "file");
  }
  await ask(target, "POST", "/files/upload", form);
}

async function send({ url, headers }: Target, path: string, init: RequestInit): Promise<Response> {
  let response: Response;
  try {
    // Never followed: the key would go along.
    response = await fetch(`${url}${path}`, { ...init, redirect: "error", headers: { ...headers, ...init.headers } });
  } catch (error) {
    const { message, cause } = error as Error & { cause?: Error };
    throw new Failure(
      "unavailable",
      `The OpenSandbox server at ${url.split("/sandboxes/")[0]} cannot be reached: ${cause?.message || message}`,
    );
  }
  if (response.ok) return response;
  const text = (await response.text()).slice(0, 2000);
  throw refusal(response.status, text);
}

function refusal(status: number, text: string): Failure {
  let said = text.trim();
  try {
    const { code, message, detail } = JSON.parse(text) as {
      code?: string;
      message?: string;
      detail?: { message?: string } | string;
    };
    const inner = typeof detail === "string" ? detail : detail?.message;
    said = message ?? inner ?? code ?? said;
  } catch {}
  if (status === 401 || status === 403) {
    return new Failure("unavailable", `The OpenSandbox server refuses the key: ${said}`, {
      hint: `Put the right one into the vault as ${keyHandle}.`,
    });
  }
  if (status === 404) return new Failure("not_found", `The OpenSandbox server: ${said}`);
  if (status === 409) return new Failure("conflict", `The OpenSandbox server: ${said}`);
  return new Failure(
    status >= 500 && status !== 500 ? "unavailable" : "failed",
    `The OpenSandbox server (${status}): ${said}`,
  );
}

function sandboxOf(value: unknown): Sandbox {
  const { id, status, metadata } = (value ?? {}) as {
    id?: unknown;
    status?: { state?: unknown; message?: unknown };
    metadata?: unknown;
  };
  if (typeof id !== "string" || !/^[\w.-]{1,200}$/.test(id) || typeof status?.state !== "string") {
    throw new Failure("failed", "The OpenSandbox server tells of something that is no sandbox");
  }
  const labels = typeof metadata === "object" && metadata !== null ? (metadata as Record<string, string>) : {};
  return { id, state: status.state, message: String(status.message ?? ""), metadata: labels };
}
