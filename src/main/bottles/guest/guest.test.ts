/** The launch probe's answers, and the scripts that run first inside. */
import { execFileSync, spawnSync } from "node:child_process";
import { expect, test } from "vitest";
import { becomes, checksImage } from "./init.ts";
import { type ProbeParts, probeScript, readProbe } from "./probe.ts";

const parts: ProbeParts = {
  gateway: 9099,
  header: { name: "X-Probe", value: "1" },
  alsoOutside: [["server.example", 443]],
  forbidden: [{ port: 18080, request: "GET /policy HTTP/1.1\r\n\r\n", what: "the policy is open" }],
  silenceIsAWay: true,
};
const refused = "refused\n";
const says = (...answers: string[]) => answers.map((each) => `--- answer\n${each}\n`).join("");
const denied = "connected\nHTTP/1.1 403 Forbidden\r\n";
const good = [refused, refused, refused, refused, denied, denied, refused];
const but = (index: number, answer: string) => says(...good.with(index, answer));

test.each<[what: string, output: string, parts: ProbeParts, found: string[]]>([
  ["everything refused", says(...good), parts, []],
  ["an address that connects", but(0, "connected\n"), parts, ["192.0.2.1 can be reached without the gateway"]],
  [
    "an address of IPv6 that connects",
    but(1, "connected\n"),
    parts,
    ["2001:db8::1 can be reached without the gateway"],
  ],
  ["clouds' metadata", but(2, "connected\n"), parts, ["169.254.169.254 can be reached without the gateway"]],
  ["somebody who is there", but(3, "connected\n"), parts, ["server.example can be reached without the gateway"]],
  ["silence where there is no network", but(0, "timeout\n"), parts, ["192.0.2.1 can be reached without the gateway"]],
  ["silence where packets are dropped", but(0, "timeout\n"), { ...parts, silenceIsAWay: false }, []],
  [
    "a gateway that lets through",
    but(4, "connected\nHTTP/1.1 200 OK\r\n"),
    parts,
    ["the gateway lets cellar-probe.invalid:443 through"],
  ],
  ["a gateway that is away", but(5, refused), parts, ["the gateway does not answer"]],
  ["a gateway that says nothing", but(4, "connected\n"), parts, ["the gateway does not answer"]],
  ["a service of the sandbox that answers", but(6, "connected\nHTTP/1.1 200 OK\r\n"), parts, ["the policy is open"]],
  ["a service of the sandbox that refuses", but(6, "connected\nHTTP/1.1 401 Unauthorized\r\n"), parts, []],
])("%s", (_what, output, given, found) => {
  expect(readProbe(given, output)).toEqual(found);
});

test("an answer that is missing is a finding, not a silence", () => {
  expect(readProbe(parts, says(refused))).toHaveLength(6);
  expect(readProbe(parts, "The image has no perl\n")).toHaveLength(7);
  expect(readProbe(parts, but(0, "none of node, python3 and perl is there\n"))).toHaveLength(1);
});

test("the probe's request goes through a shell as it is", () => {
  const script = probeScript(parts).replaceAll("/run/cellar/guest dial", "printf '<%s>'");
  const said = execFileSync("/bin/sh", ["-c", script], { encoding: "utf8" });
  expect(said).toContain(
    "<CONNECT cellar-probe.invalid:443 HTTP/1.1\r\nHost: cellar-probe.invalid:443\r\nX-Probe: 1\r\n\r\n>",
  );
});

test("what a program starts with is exactly what was given, whatever is in it", () => {
  const odd = 'it\'s $HOME `id` "x" \\ \n end';
  const script = becomes({
    user: { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 },
    limits: { memory: 8 * 1024 ** 3, processes: 4000, fileSize: 1024 ** 3, home: 1, temporary: 1 },
    environment: { ODD: odd, PATH: "/usr/bin:/bin" },
    cwd: "/",
    argv: ["/bin/sh", "-c", 'printf "%s|%s|" "$ODD" "$1"; env | grep -c =', "sh", odd],
  });
  // Without what only root may do.
  const plain = script.replace(/'setpriv'.*?'--' (?='prlimit')/, "");
  const { stdout } = spawnSync("/bin/sh", ["-c", plain], {
    encoding: "utf8",
    env: { PATH: "/usr/bin:/bin", OTHER: "x" },
  });
  expect(stdout.startsWith(`${odd}|${odd}|`)).toBe(true);
  expect(stdout).not.toContain("OTHER");
});

test("an image without what is needed says what, and which has it", () => {
  const { status, stderr } = spawnSync("/bin/sh", ["-c", checksImage(true)], {
    encoding: "utf8",
    env: { PATH: "/nowhere" },
  });
  expect(status).toBe(127);
  expect(stderr).toBe("The image has no setpriv. Choose one that has util-linux, as those of Debian do.\n");
});
