/** Against the kernel: other processes, new rights, new namespaces, and the parts of it that are attacked first. */
import { call } from "#test/product/call.ts";
import type { Attempt } from "./attempt.ts";

const refusal =
  /not permitted|Permission denied|not implemented|Function not|Read-only|No such|Bad file|not supported|Invalid|No space/i;
const dangerous = (why: string) => ({ none: why });

/** name, fear, calls of the probe (with arguments), control. */
const calls: readonly [name: string, fear: string, calls: readonly string[], control?: Attempt["control"]][] = [
  [
    "a new user namespace",
    "Root of a world of its own has the kernel's whole surface to attack.",
    ["unshare-user", "clone-user", "clone3-user"],
    "host",
  ],
  ["a new network namespace", "It makes itself a network that nobody watches.", ["unshare-net"], "root"],
  [
    "another namespace of a process (setns)",
    "It steps into the host's network or files.",
    ["setns /proc/1/ns/net", "setns /proc/1/ns/user", "setns /proc/self/ns/mnt"],
    dangerous("a test's own namespaces are all it could join"),
  ],
  [
    "a mount",
    "It puts a folder of its own over one of the system's.",
    ["mount /tmp", 'bind "$WORK" /usr', "remount /usr", "fsopen"],
    dangerous("it would change the mounts of the computer; the next line is shown as root"),
  ],
  ["mounts by the newer calls", "A filter knows only the old names of things.", ["open_tree /tmp", "fsopen"], "root"],
  [
    "moving, removing and turning over mounts",
    "It uncovers what lies below a mount: the files that were read-only.",
    [
      'umount "$WORK/.git/config"',
      'umount "$WORK/.git/hooks"',
      "umount /proc",
      "pivot_root /tmp",
      'move_mount "$WORK/.git/hooks" /tmp',
    ],
    dangerous("it would change the mounts of the computer"),
  ],
  ["another root folder", "It looks at the file system from elsewhere.", ["chroot /tmp"], "root"],
  [
    "a file by its handle",
    "A file is opened by its number, whatever folder it lies in (the Docker escape of 2014).",
    ['handle "$WORK/file.txt"'],
    "root",
  ],
  [
    "a device in the workspace",
    "It reads the disk of the computer as a device.",
    ['mknod "$WORK/disk"', "mknod /tmp/disk"],
    "root",
  ],
  ["tracing another process", "It takes over a process that has more rights.", ["ptrace", "vm-read 1"], "host"],
  [
    "keys of the kernel",
    "Keys of disks and networks that are kept in the kernel can be read from everywhere.",
    ["keyring", "add-key"],
    "host",
  ],
  [
    "io_uring",
    "A way to make system calls that no filter sees.",
    ["io_uring"],
    dangerous("many computers have it switched off"),
  ],
  [
    "userfaultfd",
    "What most attacks on the kernel use to win a race.",
    ["userfaultfd"],
    dangerous("many computers have it switched off"),
  ],
  ["a program for the kernel (BPF)", "It runs code of its own in the kernel.", ["bpf"], "root"],
  [
    "performance counters",
    "It measures other programs until it knows their secrets.",
    ["perf"],
    dangerous("many computers have it switched off"),
  ],
  [
    "another kernel, modules, restart, swap",
    "It takes the whole computer.",
    ["kexec", "module", "reboot", "swapoff /swap"],
    dangerous("it would change the computer"),
  ],
  ["the log of the kernel", "Addresses in it make attacks on the kernel easier.", ["klog"], "root"],
  [
    "calls of the x32 kind",
    "The same calls under other numbers pass a filter.",
    ["x32"],
    dangerous("most kernels have none"),
  ],
  [
    "sockets of the kernel's cryptography",
    "A part of the kernel with a history of holes.",
    ["alg"],
    dangerous("many kernels have none"),
  ],
];

const made: Attempt[] = calls.map(([name, fear, each, control]) => ({
  name,
  fear,
  // A filter may also end whoever makes the call.
  script: each.map((one) => `"$PROBE" call ${one} || echo "REFUSED Operation not permitted"`).join("\n"),
  refused: refusal,
  control: control ?? "host",
}));

const processes: Attempt[] = [
  {
    name: "rights of root",
    fear: "It becomes root, inside, and so nearer to root outside.",
    // Where Cellar runs as root an engine's bottle does too, so that files stay the person's; it has no rights by it.
    script: `
[ "$(id -u)" = 0 ] || "$PROBE" call setuid
"$PROBE" call capability
grep -q '^CapEff:.*[1-9a-f]' /proc/self/status && echo "ESCAPED it holds capabilities" || echo "REFUSED it holds none"`,
    refused: /it holds none/,
    control: "root",
  },
  {
    name: "the host's processes in /proc",
    fear: "It reads the environment of my programs: tokens, keys.",
    script: `
if [ -r "/proc/$HOST_PID/environ" ]; then echo "ESCAPED process $HOST_PID is visible"; else echo "REFUSED there is no process $HOST_PID"; fi
for each in /proc/[0-9]*; do case $(tr '\\0' ' ' < $each/cmdline 2>/dev/null) in *vitest*|*"cellar serve"*|*terminal-host*) echo "ESCAPED $each is of the host";; esac; done`,
    refused: /REFUSED there is no process/,
    control: "host",
  },
  {
    name: "a signal to a process of the host",
    fear: "It ends my programs.",
    script: `"$PROBE" call signal "$HOST_PID"`,
    refused: /No such process|not permitted/,
    control: "host",
  },
  {
    name: "the host's files through /proc",
    fear: "Another process's root folder is a door to the host.",
    script: `
for at in /proc/1/root "/proc/$HOST_PID/root" /proc/self/root /proc/1/cwd/../../../.. /proc/self/task/self/root; do reads "$at$HOMEDIR/.ssh/id_ed25519"; done
for each in /proc/[0-9]*; do [ -e "$each/root$HOMEDIR/.bashrc" ] && echo "ESCAPED through $each"; done; true`,
    refused: /No such file|Permission denied/,
    control: "host",
  },
  {
    name: "the program that leads in, rewritten through /proc/self/exe",
    fear: "It replaces a program of the host that is run again (the runc escape of 2019).",
    script: `for at in /proc/1/exe /proc/self/exe "$(command -v sh)" /usr/bin/bwrap /bin/true; do [ -e "$at" ] && writes "$at"; done; true`,
    refused: /Read-only|Text file busy|Permission denied/,
    control: { inside: `cp /bin/true /tmp/mine; writes /tmp/mine` },
  },
  {
    name: "a process in the bottle whose system calls are not filtered",
    fear: "It makes another process of the bottle do what it may not do itself.",
    script: `"$PROBE" unfiltered 4`,
    refused: /REFUSED/,
    control: { none: "the control is that such a process is seen; see the test of bubblewrap" },
    meanwhile: (stage) => call(stage.product, "bottles.exec", { id: stage.bottle.id, script: "sleep 3" }),
    exec: false,
  },
  {
    name: "settings of the kernel",
    fear: "A setting of the kernel names a program that it then runs as root, outside (core_pattern).",
    script: `
for at in /proc/sys/kernel/core_pattern /proc/sys/kernel/modprobe /proc/sysrq-trigger /proc/sys/vm/drop_caches /sys/kernel/uevent_helper /sys/fs/cgroup/release_agent; do writes "$at"; done
# Of two an open says nothing: a capability is asked for when mtrr is written, and pressure tells a process about itself.
find /proc -path '/proc/[0-9]*' -prune -o -path /proc/self -prune -o -path /proc/thread-self -prune -o -writable -print 2>/dev/null | while read -r at; do case $at in /proc/mtrr|/proc/pressure/*) continue;; esac; [ -f "$at" ] && echo "ESCAPED $at can be written"; done
[ -w /sys ] && echo "ESCAPED /sys"; true`,
    refused: /Read-only|Permission denied|No such|nonexistent/i,
    control: { inside: "writes /proc/self/oom_score_adj; echo 'ESCAPED its own are its own'" },
  },
  {
    name: "memory, messages and disks of the computer as devices",
    fear: "It reads everything there is from the device below it.",
    script: `for at in /dev/mem /dev/kmem /dev/port /dev/kmsg /proc/kcore /proc/kmsg /dev/sda /dev/vda /dev/nvme0n1 /dev/fuse /dev/kvm /dev/loop0 /dev/uinput /dev/input/event0 /dev/dri/card0 /dev/snd/timer /dev/vhost-net /dev/net/tun; do
  got=$(head -c 1 "$at" 2>/tmp/why | wc -c); if [ "$got" -gt 0 ]; then echo "ESCAPED $at"; else echo "REFUSED $at $(cat /tmp/why)"; fi
done`,
    refused: /No such file|Permission denied/,
    control: { inside: "[ $(head -c 1 /dev/zero | wc -c) = 1 ] && echo ESCAPED a device that is meant to be there" },
  },
  {
    name: "programs that become root",
    fear: "sudo, su or mount have a hole, and it is root.",
    script: `
for at in /usr/bin/sudo /usr/bin/su /usr/bin/mount /usr/bin/passwd /usr/bin/newuidmap /usr/bin/pkexec; do [ -u "$at" ] && tries "$at" --version >/dev/null; done
grep -q 'NoNewPrivs:.1' /proc/self/status && echo "REFUSED no new privileges" || echo "ESCAPED new privileges"
grep -q 'CapBnd:.0*$' /proc/self/status && echo "REFUSED no capability can be had" || { grep -q 'CapEff:.0*$' /proc/self/status && echo "REFUSED none is held" || echo "ESCAPED it holds capabilities"; }`,
    refused: /no new privileges/,
    control: "host",
  },
];

const resources: Attempt[] = [
  {
    name: "more memory than the limit",
    fear: "My computer stands still, and the system ends something of mine.",
    script: `
limit=$(cat /sys/fs/cgroup/memory.max /sys/fs/cgroup/memory/memory.limit_in_bytes 2>/dev/null | head -1)
# Without a group's limit there is one for each process.
if [ "$(printf %s "$limit" | tr -d 0-9)" = "" ] && [ -n "$limit" ] && [ \${#limit} -le 10 ]; then
  [ "$limit" -le 8589934592 ] && echo "REFUSED Cannot allocate more than $limit, together" || echo "ESCAPED $limit"
else "$PROBE" call memory 9; fi`,
    refused: /Cannot allocate/,
    control: "host",
  },
  {
    name: "a file that fills the disk",
    fear: "My disk is full.",
    script: `tries truncate -s 9G "$WORK/.escape/large"; rm -f "$WORK/.escape/large"`,
    refused: /too large|size limit/i,
    control: "host",
  },
  {
    name: "temporary files that fill the memory",
    fear: "Files in memory take all of it.",
    script: `for at in /tmp /dev/shm /home/agent; do "$PROBE" room $at 2048; done`,
    refused: /more room/,
    control: { inside: `"$PROBE" room /tmp 1` },
  },
  {
    name: "a core dump",
    fear: "A program that crashes leaves its memory, with what was in it, on my disk.",
    script: `cd /tmp; sh -c 'kill -SEGV $$'; if [ "$(ulimit -H -c)" = 0 ]; then echo "REFUSED no core files"; else echo "ESCAPED core files of $(ulimit -H -c)"; fi`,
    refused: /no core files/,
    control: "host",
  },
];

export const kernelAttempts: readonly Attempt[] = [...made, ...processes, ...resources];
