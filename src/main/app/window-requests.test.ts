import { describe, expect, test } from "vitest";
import { WindowRequests } from "./window-requests.ts";

const request = (source: string) => ({ type: "newWorkspace" as const, source });

describe("a request of the desktop", () => {
  test("that comes before a window waits for it", async () => {
    const requests = new WindowRequests();
    requests.push(request("/a"), null);
    expect((await requests.watch("main", undefined).next()).value).toEqual(request("/a"));
  });

  test("goes to one window only, and not to one that is gone", async () => {
    const requests = new WindowRequests();
    const gone = new AbortController();
    const closed = requests.watch("main", gone.signal).next();
    const first = requests.watch("main", undefined).next();
    gone.abort();
    expect((await closed).done).toBe(true);
    requests.push(request("/a"), null);
    expect((await first).value).toEqual(request("/a"));
    const second = requests.watch("main", undefined).next();
    requests.push(request("/b"), null);
    expect((await second).value).toEqual(request("/b"));
  });

  test("goes to the window that is meant, whoever has waited longer", async () => {
    const requests = new WindowRequests();
    const other = requests.watch("main", undefined).next();
    const meant = requests.watch("window-00000001", undefined).next();
    requests.push(request("/a"), "window-00000001");
    expect((await meant).value).toEqual(request("/a"));
    requests.push(request("/b"), "main");
    expect((await other).value).toEqual(request("/b"));
  });

  test("that is for any window does not go to one that shows a workspace alone", async () => {
    const requests = new WindowRequests();
    void requests.watch("ws-00000001", undefined).next();
    expect(requests.watched).toBe(false);
    requests.push(request("/a"), null);
    expect((await requests.watch("main", undefined).next()).value).toEqual(request("/a"));
  });

  test("is forgotten when too many wait", async () => {
    const requests = new WindowRequests();
    for (let n = 0; n < 20; n++) requests.push(request(`/${n}`), null);
    expect((await requests.watch("main", undefined).next()).value).toEqual(request("/12"));
  });
});
