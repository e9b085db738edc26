/** What a page asks for is answered by the app's own protocols (docs/api/protocol.md) and by nobody else: a test has no network. */
import { noted } from "./noted.ts";
import { schemes } from "./session.ts";

export type PageRequest = { url: string; method: string; headers: Record<string, string> };
type Answer = { responseCode: number; responseHeaders: { name: string; value: string }[]; body: string };

/** The answer, or the name of the browser's error. A body is carried whole: the browser's protocol knows no part of one. */
export async function responseTo(
  url: string,
  { method, headers }: PageRequest,
  resourceType: string,
): Promise<Answer | "AddressUnreachable" | "Failed"> {
  const scheme = url.slice(0, url.indexOf(":"));
  const handler = schemes.handlers.get(scheme);
  if (handler === undefined) {
    if (scheme === "http" || scheme === "https") noted.remote.push(url);
    return "AddressUnreachable";
  }
  const { standard = false, supportFetchAPI = false } = schemes.privileged.get(scheme)?.privileges ?? {};
  // Without an origin and relative addresses nothing but a first document is found.
  if (!standard && resourceType !== "Document") return "AddressUnreachable";
  if (!supportFetchAPI && (resourceType === "Fetch" || resourceType === "XHR")) return "AddressUnreachable";
  try {
    const response = await handler(new Request(url, { method, headers }));
    const body = Buffer.from(await response.arrayBuffer()).toString("base64");
    const responseHeaders = [...response.headers].map(([name, value]) => ({ name, value }));
    return { responseCode: response.status, responseHeaders, body };
  } catch (error) {
    console.error(`the handler of ${scheme}: failed for ${url}:`, error);
    return "Failed";
  }
}
