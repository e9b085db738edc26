/** What every backend promises, asked from inside real bottles of each that runs here. */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { homedir, hostname } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { BenchWorld, type BottleBench } from "#test/product/bottle.ts";
import { eventually } from "#test/product/processes.ts";
import { missing } from "#test/requirements.ts";

const backends = [
  { backend: "bubblewrap", needs: "bwrap" },
  { backend: "docker", needs: "dockerd" },
] as const;

describe.each(backends)("a bottle of $backend", ({ backend, needs }) => {
  describe.skipIf(missing(needs))("on this computer", () => {
    let world: BenchWorld;
    let bench: BottleBench;
    beforeAll(async () => {
      world = await BenchWorld.start(backend);
    });
    afterAll(() => world?.[Symbol.asyncDispose]());
    beforeEach(() => {
      bench = world.bench();
    });
    afterEach(() => bench[Symbol.asyncDispose]());
    const inside = async (script: string, more = {}) => (await bench.run(script, more)).stdout.trim();

    test("starts in its workspace under its own path, writes there as the person, and says how it ended", async () => {
      writeFileSync(join(bench.workspace, "given"), "of the host\n");
      const ended = await bench.run("pwd; cat given; echo made > made; mkdir folder; echo problem >&2; exit 7");
      expect(ended).toMatchObject({ exitCode: 7, stdout: `${bench.workspace}\nof the host\n`, stderr: "problem\n" });
      expect(readFileSync(join(bench.workspace, "made"), "utf8")).toBe("made\n");
      expect(statSync(join(bench.workspace, "folder")).uid).toBe(process.getuid?.());
    });

    test("has the environment it was given and no other, also for what is run in it later", async () => {
      const environment = { GIVEN: "a 'quoted' \"value\"\nin $two lines" };
      const names = "env | grep -o '^[A-Z_]*=' | sort | tr -d '\\n'";
      expect(await inside(`${names}; printf '\\n%s' "$GIVEN"`, { environment })).toBe(
        `GIVEN=HOME=PATH=PWD=\n${environment.GIVEN}`,
      );
      const { bottle } = await bench.start("read -r word", { environment });
      const later = await bench.exec(bottle, ["/bin/sh", "-c", `${names}; printf '\\n%s' "$MORE"`], {
        environment: { MORE: "it's more" },
      });
      expect(later).toMatchObject({ exitCode: 0, stdout: "GIVEN=HOME=MORE=PATH=PWD=\nit's more" });
    });

    test("nothing that goes in is in the arguments or the environment of a process of the host", async () => {
      const secret = "s3ntinel-0f-this-bottle";
      const { bottle } = await bench.start("read -r word", { environment: { SECRET: secret } });
      await bench.backend.inside(bottle, { argv: ["true"], environment: { MORE: `more-${secret}` }, tty: false });
      const own = (pid: string) => {
        // What runs inside has it, of course.
        try {
          return readFileSync(`/proc/${pid}/cgroup`, "utf8") !== readFileSync("/proc/self/cgroup", "utf8");
        } catch {
          return true;
        }
      };
      const shown = readdirSync("/proc")
        .filter((name) => /^\d+$/.test(name))
        .filter((pid) => {
          const text = ["cmdline", "environ"].map((file) => {
            try {
              return file === "environ" && (backend === "bubblewrap" || own(pid))
                ? ""
                : readFileSync(`/proc/${pid}/${file}`, "utf8");
            } catch {
              return "";
            }
          });
          return text.join("").includes(secret);
        });
      expect(shown).toEqual([]);
    });

    test("reaches its services on its own loopback, and nothing else by any way", async () => {
      const found = await inside(`
        curl -s http://127.0.0.1:9098/hello
        curl -sx http://127.0.0.1:9099 -o /dev/null -w '%{http_connect} ' https://other.example/ https://allowed.example/
        for host in 192.0.2.1 169.254.169.254 172.17.0.1 10.0.0.1 '[2001:db8::1]' example.com; do
          curl -s --max-time 5 http://$host/ && echo "REACHED $host"
        done
        echo; cat /proc/net/route | wc -l; ls /sys/class/net 2>/dev/null || echo lo`);
      expect(found).toMatch(/^broker of bottle-[0-9a-f]{12}: \/hello\n403 200/);
      expect(found).not.toContain("REACHED");
      expect(found).toMatch(/\n1\n(\S+\n)*lo$/);
    });

    test("two bottles are on different loopbacks, each with services of its own", async () => {
      const [one, two] = await Promise.all([
        bench.start("curl -s http://127.0.0.1:9098/; read -r word"),
        bench.start("curl -s http://127.0.0.1:9098/; read -r word"),
      ]);
      for (const { bottle, said } of [one, two]) {
        await eventually(said, (text) => text === `broker of ${bottle.id}: /\n`);
      }
    });

    test("shows nothing of the person or the computer beside the workspace", async () => {
      const found = await inside(
        `ls -A ${homedir()} /home/agent 2>/dev/null; hostname; cat /etc/hostname /etc/hosts /etc/resolv.conf /etc/passwd; ls /var/run/docker.sock /run/docker.sock 2>/dev/null`,
      );
      expect(found).not.toContain(hostname());
      expect(found).not.toContain("docker.sock");
      expect(found).toContain("bottle\nbottle\n");
      expect(found).toContain("nameserver 127.0.0.1");
      expect(
        readFileSync("/etc/resolv.conf", "utf8")
          .match(/^nameserver (?!127)\S+/gm)
          ?.some((line) => found.includes(line)) ?? false,
      ).toBe(false);
    });

    test("has no rights, gets none, and cannot make a namespace, trace, or type into a terminal", async () => {
      const found = await inside(`
        grep -E '^Cap(Eff|Prm|Bnd)|^NoNewPrivs|^Seccomp:' /proc/self/status
        unshare --user true 2>&1; unshare --net true 2>&1
        mount -t tmpfs none /tmp 2>&1 | head -1
        perl -e '
sub errno { my $n = shift; $! = 0; syscall($n, @_); $! + 0 }
# Numbers of x86-64: ptrace, keyctl, bpf, clone3, io_uring_setup, ioctl.
print "calls ", join(" ", errno(101, 0, 0, 0, 0), errno(250, 0, 0), errno(321, 0, 0, 0), errno(435, 0, 0), errno(425, 1, 0)), "\n";
print "ioctl ", join(" ", map { errno(16, 0, $_, my $x = "x") } 0x5412, 0x541c, (1 << 32) | 0x5412), "\n";
print "socket ", join(" ", map { $! = 0; socket(my $s, $$_[0], $$_[1], $$_[2]) ? "open" : "refused" }
  [2, 3, 1], [17, 3, 0], [40, 1, 0], [16, 3, 9], [10, 2, 0], [16, 3, 0]), "\n";
'`);
      expect(found).toMatch(/CapPrm:\s+0+\nCapEff:\s+0+\nCapBnd:\s+0+\nNoNewPrivs:\s+1\nSeccomp:\s+2/);
      expect(found).toMatch(/unshare failed: Operation not permitted\n.*unshare failed: Operation not permitted/);
      expect(found).toContain("\ncalls 1 1 1 38 38\nioctl 1 1 1\n");
      expect(found).toMatch(/\nsocket( refused){4}( open){2}$/);
    });

    test("changes nothing outside of the workspace, the home and temporary files", async () => {
      const found = await inside(`
        for place in / /usr /etc /usr/local/bin /run /run/cellar /var /home /proc/sys/kernel /sys; do
          (echo x > $place/made-inside) 2>/dev/null && echo "WRITTEN $place"
        done
        for place in /tmp /var/tmp /home/agent /dev/shm .; do
          (echo x > $place/made-inside) 2>/dev/null || echo "NOT WRITTEN $place"
        done
        (echo 1 > /proc/sys/kernel/core_pattern) 2>/dev/null && echo WRITTEN core_pattern
        (echo c > /proc/sysrq-trigger) 2>/dev/null && echo WRITTEN sysrq
        cp /bin/true /tmp/program && /tmp/program && echo runs`);
      expect(found).toBe("runs");
    });

    test("is held to its limits: temporary files, its home, the size of one file", async () => {
      const found = await inside(`
        for place in /tmp /home/agent; do
          head -c 20000000 /dev/zero > $place/big 2>/dev/null && echo "FILLED $place"; stat -c %s $place/big
        done
        head -c 100000000 /dev/zero > big 2>/dev/null && echo FILLED; stat -c %s big`);
      expect(found).not.toContain("FILLED");
      const sizes = found.split("\n").map(Number);
      expect(Math.max(sizes[0]!, sizes[1]!)).toBeLessThanOrEqual(8 * 1024 ** 2);
      expect(sizes[2]).toBe(64 * 1024 ** 2);
    });

    test("git works in it, and cannot change what git of the host runs by itself", async () => {
      const git = (...args: string[]) => execFileSync("git", ["-C", bench.workspace, ...args], { encoding: "utf8" });
      git("init", "-q", "-b", "main");
      mkdirSync(join(bench.workspace, ".vscode"));
      writeFileSync(join(bench.workspace, ".vscode/tasks.json"), "{}");
      const environment = Object.fromEntries(
        ["AUTHOR", "COMMITTER"].flatMap((who) => [
          [`GIT_${who}_NAME`, "Agent"],
          [`GIT_${who}_EMAIL`, "agent@example.com"],
        ]),
      );
      const found = await inside(
        `
        echo content > file && git add file && git commit -qm 'From inside' && git log --format=%s
        git config core.fsmonitor evil 2>/dev/null && echo WRITTEN config
        (echo evil > .git/hooks/pre-commit) 2>/dev/null && echo WRITTEN hook
        mv .git .moved 2>/dev/null && echo MOVED
        rm -rf .git/hooks 2>/dev/null; ls -d .git/hooks
        (echo evil > .vscode/tasks.json) 2>/dev/null && echo WRITTEN tasks
        mv .vscode .elsewhere 2>/dev/null && echo MOVED .vscode`,
        { environment },
      );
      expect(found).toBe("From inside\n.git/hooks");
      expect(git("log", "--format=%an %s").trim()).toBe("Agent From inside");
    });

    test("follows no link out of the workspace", async () => {
      const outside = bench.folder.in("outside");
      writeFileSync(outside, "of the host\n");
      symlinkSync(outside, join(bench.workspace, "link"));
      // What the link leads to inside is not what it leads to outside.
      expect(await inside("cat link 2>/dev/null; (echo x > link) 2>/dev/null; true")).toBe("");
      expect(readFileSync(outside, "utf8")).toBe("of the host\n");
    });

    test("a kept home keeps what is in it, files for it are placed from inside, and skills and the prompt are there", async () => {
      const home = bench.folder.in("home");
      const skill = bench.folder.in("skill");
      for (const folder of [home, skill]) mkdirSync(folder);
      writeFileSync(join(skill, "SKILL.md"), "how to\n");
      const found = await inside(
        "cat ~/.tool/settings ~/.claude/skills/careful/SKILL.md /run/cellar/system-prompt.md; (echo x > ~/.claude/skills/careful/SKILL.md) 2>/dev/null && echo WRITTEN; echo kept > ~/kept",
        {
          keptHome: home,
          skills: [{ name: "careful", path: skill }],
          systemPrompt: "Be 'careful'.\n",
          homeFiles: [{ path: ".tool/settings", content: "set=1\n", replace: true }],
        },
      );
      expect(found).toBe("set=1\nhow to\nBe 'careful'.");
      expect(readFileSync(join(home, "kept"), "utf8")).toBe("kept\n");
    });

    test("certificates that change while it runs are seen", async () => {
      const trust = bench.folder.in("trust");
      mkdirSync(trust);
      writeFileSync(join(trust, "ca.pem"), "first\n");
      const { bottle } = await bench.start("read -r word", { trust });
      const see = async () => (await bench.exec(bottle, ["cat", "/run/cellar/trust/ca.pem"])).stdout;
      expect(await see()).toBe("first\n");
      writeFileSync(join(trust, "new"), "second\n");
      execFileSync("mv", [join(trust, "new"), join(trust, "ca.pem")]);
      expect(await see()).toBe("second\n");
    });

    test("is not started when something gets out, and then nothing is left", async () => {
      bench.services.leaks = true;
      await expect(bench.start("echo ran > ran")).rejects.toThrow("the gateway lets");
      const [bottle] = await bench.backend.enumerate();
      expect(existsSync(join(bench.workspace, "ran"))).toBe(false);
      await bench.backend.destroy({ id: bottle!, directory: join(bench.runtime, `b-${bottle!.slice(7)}`) });
      expect(await bench.backend.enumerate()).toEqual([]);
    });

    test("that was only planned leaves nothing", async () => {
      // Images of the same second come in no certain order.
      const images = () => (world.daemon?.docker("images", "-aq") ?? "").split("\n").sort();
      const before = images();
      await bench.plan();
      expect(await bench.backend.enumerate()).toEqual([]);
      expect(await bench.backend.leftovers(new Set())).toEqual([]);
      expect(readdirSync(bench.runtime)).toEqual([]);
      expect(images()).toEqual(before);
    });

    test("ends with everything in it, and is found again from its id alone until then", async () => {
      const { bottle } = await bench.start("setsid sleep 76543 & sleep 76543; read -r word");
      expect(await bench.backend.enumerate()).toEqual([bottle.id]);
      expect(await bench.backend.leftovers(new Set([bottle.id]))).toEqual([]);
      expect((await bench.backend.leftovers(new Set())).map(({ bottleId }) => bottleId)).toEqual([bottle.id]);
      await bench.backend.destroy(bottle);
      await bench.backend.destroy(bottle);
      expect(await bench.backend.enumerate()).toEqual([]);
      expect(readdirSync(bench.runtime)).toEqual([]);
      expect(execFileSync("sh", ["-c", "pgrep -fx 'sleep 76543' || true"], { encoding: "utf8" })).toBe("");
    });

    test("goes on without main, alone; and the same ports lead to the services when it is back", async () => {
      const { bottle } = await bench.start("read -r word");
      const ask = () => bench.exec(bottle, ["curl", "-s", "--max-time", "5", "http://127.0.0.1:9098/x"]);
      await bench.services.close(bottle.id);
      bench.backend.close();
      expect((await ask()).exitCode).not.toBe(0);
      await bench.services.restore(bottle, { allowedHosts: [] } as never);
      const again = bench.anotherBackend();
      await again.rejoin(bottle);
      expect((await ask()).stdout).toBe(`broker of ${bottle.id}: /x\n`);
      again.close();
    });
  });
});
