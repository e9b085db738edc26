/** The helper that opens a bottle's ports, in a network that is not ready yet. */
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { expect, test } from "vitest";
import { entryCommand } from "#node/entries.ts";
import { missing } from "#test/requirements.ts";

/** What bwrap does a moment later: SIOCSIFFLAGS with IFF_UP on `lo`. */
const bringUp = "import fcntl,socket,struct; fcntl.ioctl(socket.socket(), 0x8914, struct.pack('16sh14x', b'lo', 1))";

test.skipIf(missing("bwrap"))("opens the ports once the network's loopback is up, and not before", async () => {
  const { command, args, env } = entryCommand("bottle-ports");
  const helper = spawn("unshare", ["--user", "--map-root-user", "--net", command, ...args], {
    env: { ...env, PATH: "/usr/bin:/bin" },
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  try {
    const said: unknown[] = [];
    helper.on("message", (message) => said.push(message));
    helper.send({ ports: [9099] });
    // It has joined its network when it answers another question, which finds no way.
    helper.send({ probe: { gateway: 9099, header: null } });
    await once(helper, "message");
    expect(said).toMatchObject([{ probed: expect.anything() }]);
    const target = ["--target", String(helper.pid), "--user", "--net", "--preserve-credentials"];
    execFileSync("nsenter", [...target, "python3", "-c", bringUp]);
    await once(helper, "message");
    expect(said[1]).toEqual({ listening: 9099 });
  } finally {
    helper.kill("SIGKILL");
  }
});
