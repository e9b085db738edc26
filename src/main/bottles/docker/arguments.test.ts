/** What a bottle's containers may and may not, read from the arguments that make them. */
import { describe, expect, test } from "vitest";
import {
  type ContainerParts,
  createArguments,
  type EngineTraits,
  portsArguments,
  portsInsideArguments,
} from "./arguments.ts";

const traits: EngineTraits = {
  ports: "sockets",
  gvisor: false,
  distant: false,
  shiftsUsers: false,
  selinux: false,
  processors: 3,
  memory: true,
  pids: true,
};
const parts: ContainerParts = {
  id: "bottle-0123456789ab",
  home: "home",
  image: "cellar/bottle:key",
  uid: 1000,
  gid: 100,
  limits: { memory: 1024, processes: 20, fileSize: 512, home: 256, temporary: 128 },
  mounts: [{ from: "/work", to: "/work", access: "read-write", what: "workspace" }],
  volumes: [],
  keptHome: null,
  trust: null,
  seccomp: "/run/b/seccomp.json",
  traits,
  tty: true,
};
const ports = {
  id: parts.id,
  home: "home",
  image: "cellar/ports:key",
  uid: 1000,
  gid: 100,
  directory: "/run/b",
  ports: [{ port: 9099, socket: "gateway.sock" }],
  seccomp: parts.seccomp,
  traits,
};
/** Values of an option, in order. */
const all = (args: readonly string[], option: string) =>
  args.flatMap((each, index) => (each === option ? [args[index + 1]!] : []));

describe("the containers of a bottle", () => {
  test.each([
    ["program", createArguments(parts)],
    ["ports", portsArguments(ports)],
  ])("have no rights and get none: %s", (_, args) => {
    expect(all(args, "--cap-drop")).toEqual(["ALL"]);
    expect(all(args, "--security-opt")).toEqual(["no-new-privileges", "seccomp=/run/b/seccomp.json"]);
    expect(args).toContain("--read-only");
    expect(all(args, "--user")).toEqual(["1000:100"]);
    expect(all(args, "--log-driver")).toEqual(["none"]);
    expect(all(args, "--pull")).toEqual(["never"]);
    for (const never of [
      "--privileged",
      "--cap-add",
      "--device",
      "--publish",
      "--env",
      "--env-file",
      "--volume",
      "-v",
    ]) {
      expect(args).not.toContain(never);
    }
  });

  test("have no network but the program's loopback", () => {
    expect(all(createArguments(parts), "--network")).toEqual(["none"]);
    expect(all(portsArguments(ports), "--network")).toEqual(["container:cellar-bottle-0123456789ab"]);
  });

  test("are held to every limit that the engine can hold", () => {
    const args = createArguments(parts);
    expect(["--memory", "--memory-swap", "--pids-limit", "--cpus"].map((option) => all(args, option)[0])).toEqual([
      ...["1024", "1024", "20", "3"],
    ]);
    expect(all(args, "--ulimit")).toEqual(["fsize=512", "core=0"]);
    expect(all(args, "--tmpfs").find((each) => each.startsWith("/home/agent"))).toContain("size=256");
    const weak = createArguments({ ...parts, traits: { ...traits, memory: false, pids: false, processors: null } });
    for (const option of ["--memory", "--pids-limit", "--cpus"]) expect(weak).not.toContain(option);
  });

  test.each([
    ["/a b", "type=bind,source=/a b,target=/a b"],
    ["/a,readonly=false", '"source=/a,readonly=false"'],
    ['/a"b', '"source=/a""b"'],
    ["/a\nb", '"source=/a\nb"'],
  ])("no path becomes an option of its mount: %j", (path, expected) => {
    const mounts = [{ from: path, to: path, access: "read-write" as const, what: "" }];
    expect(all(createArguments({ ...parts, mounts }), "--mount").join()).toContain(expected);
  });

  test("what is read-only is mounted so, and the later of two mounts at one place counts", () => {
    const mounts = (["read-write", "read-only"] as const).map((access) => ({
      from: "/w/x",
      to: "/w/x",
      access,
      what: "",
    }));
    expect(all(createArguments({ ...parts, mounts }), "--mount")).toEqual([
      "type=bind,source=/w/x,target=/w/x,readonly",
    ]);
  });

  test("on another computer volumes stand for folders: nothing of the image goes into them, and a kept home takes the place of the one in memory", () => {
    const volumes = [
      { name: "v-work", to: "/w", access: "read-write" as const },
      { name: "v-home", to: "/home/agent", access: "read-write" as const },
      { name: "v-trust", to: "/run/cellar/trust", access: "read-only" as const },
    ];
    const args = createArguments({ ...parts, mounts: [], volumes });
    expect(all(args, "--mount").toSorted()).toEqual([
      "type=volume,source=v-home,target=/home/agent,volume-nocopy",
      "type=volume,source=v-trust,target=/run/cellar/trust,volume-nocopy,readonly",
      "type=volume,source=v-work,target=/w,volume-nocopy",
    ]);
    expect(all(args, "--tmpfs").filter((each) => each.startsWith("/home/agent"))).toEqual([]);
  });

  test("the sockets' folder is seen by the ports alone, read-only", () => {
    expect(createArguments(parts).join(" ")).not.toContain("sockets");
    expect(all(portsArguments(ports), "--mount")).toEqual([
      "type=bind,source=/run/b,target=/run/cellar-sockets,readonly",
    ]);
    expect(portsArguments(ports).at(-1)).toBe("9099=/run/cellar-sockets/gateway.sock");
  });

  test("where sockets cannot be shared the ports see no file of the host at all", () => {
    const args = portsArguments({ ...ports, traits: { ...traits, ports: "beside" } });
    expect(all(args, "--mount")).toEqual([]);
    expect(args.slice(-2)).toEqual(["stdio", "9099"]);
    const inside = portsInsideArguments(parts.id, ports.ports);
    expect(all(inside, "--user")).toEqual(["65532:65532"]);
  });

  test("an engine that has gVisor, shifts users or labels files is told", () => {
    const args = createArguments({ ...parts, traits: { ...traits, gvisor: true, shiftsUsers: true, selinux: true } });
    expect(all(args, "--runtime")).toEqual(["runsc"]);
    expect(all(args, "--userns")).toEqual(["host"]);
    expect(all(args, "--security-opt")).toContain("label=disable");
  });
});
