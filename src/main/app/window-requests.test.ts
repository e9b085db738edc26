import { describe, expect, test } from "vitest";
import { WindowRequests } from "./window-requests.ts";

const request = (source: string) => ({ type: "newWorkspace" as const, source });

describe("a request of the desktop", () => {
  test("that comes before a window waits for it", async () => {
    const requests = new WindowRequests();
    requests.push(request("/a"));
    expect((await requests.watch(undefined).next()).value).toEqual(request("/a"));
  });

  test("goes to one window only, and not to one that is gone", async () => {
    const requests = new WindowRequests();
    const gone = new AbortController();
    const closed = requests.watch(gone.signal).next();
    const first = requests.watch(undefined).next();
    gone.abort();
    expect((await closed).done).toBe(true);
    requests.push(request("/a"));
    expect((await first).value).toEqual(request("/a"));
    const second = requests.watch(undefined).next();
    requests.push(request("/b"));
    expect((await second).value).toEqual(request("/b"));
  });

  test("is forgotten when too many wait", async () => {
    const requests = new WindowRequests();
    for (let n = 0; n < 20; n++) requests.push(request(`/${n}`));
    expect((await requests.watch(undefined).next()).value).toEqual(request("/12"));
  });
});
