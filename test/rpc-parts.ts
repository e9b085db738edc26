/** What tests of the transports share: a server over a test's own handlers, with its log in a temporary folder. */
import { readFileSync } from "node:fs";
import { RpcServer } from "#main/transport/rpc.ts";
import { openLog } from "#node/log.ts";
import { type Handler, routerWith } from "./contract-router.ts";
import { TemporaryFolder } from "./product/temporary.ts";

export class RpcParts implements Disposable {
  readonly folder = new TemporaryFolder("rpc");
  readonly logPath = this.folder.in("logs", "main.log");
  readonly rpc: RpcServer;

  constructor(handlers: Record<string, Handler>) {
    this.rpc = new RpcServer(routerWith(handlers), openLog(this.logPath), this.logPath);
  }

  log(): string {
    return readFileSync(this.logPath, "utf8");
  }

  [Symbol.dispose](): void {
    this.folder[Symbol.dispose]();
  }
}

/** `app.info` as any main could say it. */
export const anyInfo = {
  name: "Cellar",
  version: "0.0.0",
  home: "/home",
  pid: 1,
  platform: "test",
  face: "browser",
  userHome: "/",
  shell: "/bin/sh",
  notices: [],
};
