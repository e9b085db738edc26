/** What an engine, or the lack of one, says to a person. */
import { describe, expect, test } from "vitest";
import { judge } from "./availability.ts";
import { type EngineInfo, engineAddress, engineFailure } from "./engine.ts";
import { isRootless, limitsOf, notEnforcedBy, traitsOf } from "./traits.ts";

const info: EngineInfo = {
  ServerVersion: "20.10.24+dfsg1",
  OperatingSystem: "Debian GNU/Linux 12",
  OSType: "linux",
  Architecture: "x86_64",
  NCPU: 8,
  MemoryLimit: true,
  PidsLimit: true,
  CpuCfsQuota: true,
  SecurityOptions: ["name=apparmor", "name=seccomp,profile=default"],
  Runtimes: { runc: {} },
};
const unix = "unix:///var/run/docker.sock";
const limits = { memory: 2 ** 30, processes: 5, fileSize: 1024, home: 1024, temporary: 1024 };

describe("an engine", () => {
  test.each([
    [{}, null],
    [{ ServerVersion: "28.2.2" }, null],
    [{ ServerVersion: "19.03.5" }, "too old"],
    [{ OSType: "windows" }, "Linux containers"],
    [{ SecurityOptions: ["name=apparmor"] }, "seccomp"],
  ])("%j is usable or says why not", (change, reason) => {
    const answer = judge({ ...info, ...change });
    if (reason === null) expect(answer).toEqual({ available: true });
    else expect(answer).toMatchObject({ available: false, reason: expect.stringContaining(reason) });
  });

  test.each([
    [
      "permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock: dial unix /var/run/docker.sock: connect: permission denied",
      "unavailable",
      "usermod -aG docker",
    ],
    [
      "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?",
      "unavailable",
      "systemctl start",
    ],
    ["error during connect: Get http://x: dial tcp: lookup nowhere: no such host", "unavailable", "Start it"],
    ["Error response from daemon: Conflict.", "failed", "Conflict"],
  ])("what its client says is told with the way out: %s", (stderr, code, said) => {
    const failure = engineFailure({ exitCode: 1, stderr }, "Making the container");
    expect(failure.code).toBe(code);
    expect(`${failure.message} ${failure.hint}`).toContain(said);
  });

  test("is the one that was chosen, and the client gets nothing else of the environment", () => {
    const environment = { PATH: "/bin", HOME: "/h", DOCKER_HOST: "ssh://there", API_KEY: "secret", HTTP_PROXY: "x" };
    expect(engineAddress(environment, "")).toEqual({
      args: [],
      env: { PATH: "/bin", HOME: "/h", DOCKER_HOST: "ssh://there", LC_ALL: "C" },
    });
    expect(engineAddress(environment, "other")).toEqual({
      args: ["--context", "other"],
      env: { PATH: "/bin", HOME: "/h", LC_ALL: "C" },
    });
  });

  test("says what it cannot hold a bottle to, and pretends nothing", () => {
    const weak = { ...info, MemoryLimit: false, PidsLimit: false, CpuCfsQuota: false };
    const here = (of: EngineInfo) => ({ traits: traitsOf(of, unix), info: of, keptHome: false, root: false });
    expect(limitsOf(limits, here(info)).every(({ enforced }) => enforced !== "no")).toBe(true);
    expect(
      limitsOf(limits, here(weak))
        .filter(({ enforced }) => enforced === "no")
        .map(({ name }) => name),
    ).toEqual([...["memory", "processes", "processors"]]);
    expect(notEnforcedBy(limits, here(weak)).join()).toContain("cannot limit the bottle's memory, number of processes");
    expect(notEnforcedBy(limits, { ...here(info), root: true }).join()).toContain("root's number");
  });

  test("that has gVisor, shifts users or belongs to the person is known as such", () => {
    const special = {
      ...info,
      Runtimes: { runc: {}, runsc: {} },
      SecurityOptions: ["name=userns", "name=rootless", "name=selinux"],
    };
    expect(traitsOf(special, unix)).toMatchObject({ gvisor: true, shiftsUsers: true, selinux: true });
    expect([isRootless(special), isRootless(info)]).toEqual([true, false]);
    expect([1, 2, 4, 64].map((NCPU) => traitsOf({ ...info, NCPU }, unix).processors)).toEqual([1, 1.5, 3, 48]);
  });

  test.each([
    [unix, "linux", {}, "sockets"],
    [unix, "linux", { OperatingSystem: "Docker Desktop" }, "beside"],
    ["unix:///Users/ann/.docker/run/docker.sock", "darwin", {}, "beside"],
    ["npipe:////./pipe/docker_engine", "win32", {}, "beside"],
    ["tcp://127.0.0.1:2375", "linux", {}, "beside"],
    [unix, "linux", { Runtimes: { runsc: {} } }, "inside"],
    ["ssh://ann@builder", "linux", {}, "beside"],
    ["tcp://127.0.0.1.example.com:2375", "linux", {}, "beside"],
    ["tcp://10.0.0.7:2376", "linux", { Runtimes: { runsc: {} } }, "inside"],
  ] as const)("at %s on %s with %j leads ports by %s", (endpoint, platform, change, expected) => {
    const { ports, distant } = traitsOf({ ...info, ...change }, endpoint, platform);
    expect(ports).toBe(expected);
    expect(distant).toBe(/^ssh:|example\.com|10\.0/.test(endpoint));
  });
});
