/**
 * The filter of system calls as the engine takes it. Two lines that hold at once: only calls that programs are known to need are allowed, as with
 * the engine's own filter; and of those everything is refused that bubblewrap bottles refuse too ({@link file://../bubblewrap/seccomp.ts}):
 * tracing, namespaces, raw sockets, a terminal's input queue, set-user-id files and so on.
 *
 * 32-bit programs have other numbers for everything, and do not run.
 */
import {
  errno,
  flagsAt,
  makesFile,
  modeAt,
  newNamespaces,
  setUserId,
  terminalInjections,
} from "../bubblewrap/seccomp.ts";
import { denied } from "../bubblewrap/system-calls.ts";

type Comparison = { index: number; op: "SCMP_CMP_MASKED_EQ"; value: number; valueTwo: number };
type Rule = { names: string[]; action: "SCMP_ACT_ALLOW" | "SCMP_ACT_ERRNO"; errnoRet?: number; args?: Comparison[] };

export type SeccompProfile = {
  defaultAction: "SCMP_ACT_ERRNO";
  defaultErrnoRet: number;
  architectures: string[];
  syscalls: Rule[];
};

/** Names no architecture has are left out by the engine. */
const needed = `
  read write readv writev pread64 pwrite64 preadv pwritev preadv2 pwritev2 open openat openat2 creat close close_range lseek
  dup dup2 dup3 fcntl flock fsync fdatasync sync syncfs sync_file_range truncate ftruncate fallocate fadvise64 readahead
  stat fstat lstat newfstatat statx statfs fstatfs access faccessat faccessat2 getdents getdents64 getcwd chdir fchdir
  rename renameat renameat2 mkdir mkdirat rmdir link linkat unlink unlinkat symlink symlinkat readlink readlinkat
  chmod fchmod fchmodat fchmodat2 chown fchown lchown fchownat umask mknod mknodat utime utimes futimesat utimensat
  setxattr lsetxattr fsetxattr getxattr lgetxattr fgetxattr listxattr llistxattr flistxattr removexattr lremovexattr fremovexattr
  sendfile splice tee vmsplice copy_file_range pipe pipe2 poll ppoll select pselect6 epoll_create epoll_create1 epoll_ctl
  epoll_wait epoll_pwait epoll_pwait2 eventfd eventfd2 signalfd signalfd4 timerfd_create timerfd_settime timerfd_gettime
  inotify_init inotify_init1 inotify_add_watch inotify_rm_watch io_setup io_destroy io_submit io_cancel io_getevents io_pgetevents
  mmap munmap mremap mprotect msync mincore madvise mlock mlock2 munlock mlockall munlockall brk membarrier memfd_create
  pkey_alloc pkey_free pkey_mprotect remap_file_pages cachestat map_shadow_stack
  fork vfork execve execveat exit exit_group wait4 waitid kill tkill tgkill pidfd_open pidfd_send_signal process_mrelease
  getpid getppid gettid getpgid getpgrp setpgid getsid setsid getuid geteuid getgid getegid getresuid getresgid getgroups
  setuid setgid setreuid setregid setresuid setresgid setgroups setfsuid setfsgid capget capset prctl arch_prctl seccomp
  landlock_create_ruleset landlock_add_rule landlock_restrict_self
  rt_sigaction rt_sigprocmask rt_sigreturn rt_sigpending rt_sigtimedwait rt_sigqueueinfo rt_sigsuspend rt_tgsigqueueinfo sigaltstack
  restart_syscall pause alarm getitimer setitimer nanosleep clock_nanosleep clock_gettime clock_getres gettimeofday time times
  timer_create timer_settime timer_gettime timer_getoverrun timer_delete
  futex futex_waitv futex_wake futex_wait futex_requeue set_robust_list get_robust_list set_tid_address rseq
  set_thread_area get_thread_area sched_yield sched_getaffinity sched_setaffinity sched_getparam sched_setparam sched_getscheduler
  sched_setscheduler sched_getattr sched_setattr sched_get_priority_max sched_get_priority_min sched_rr_get_interval
  getpriority setpriority ioprio_get ioprio_set getrlimit setrlimit prlimit64 getrusage sysinfo uname getcpu getrandom
  socketpair bind connect listen accept accept4 getsockname getpeername getsockopt setsockopt shutdown
  sendto recvfrom sendmsg recvmsg sendmmsg recvmmsg
  shmget shmat shmctl shmdt semget semop semctl semtimedop msgget msgsnd msgrcv msgctl
  mq_open mq_unlink mq_timedsend mq_timedreceive mq_notify mq_getsetattr
`
  .trim()
  .split(/\s+/);

const low = 0xffffffff;
/** linux/socket.h */
const families = { unix: 1, inet: 2, inet6: 10, netlink: 16 } as const;
/** SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET; above these four bits are flags. */
const ordinarySockets = [1, 2, 5] as const;
const socketTypeMask = 0xf;
/** sys/personality.h: Linux, 32-bit uname, and asking. Without address randomisation is not among them. */
const personalities = [0x0, 0x0008, 0x20000, 0x20008, 0xffffffff] as const;

export function seccompProfile(): SeccompProfile {
  const refused = new Set<string>(denied.map(({ name }) => name));
  const inspected = new Set([...Object.keys(modeAt), ...Object.keys(flagsAt)]);
  return {
    defaultAction: "SCMP_ACT_ERRNO",
    defaultErrnoRet: errno.EPERM,
    architectures: ["SCMP_ARCH_X86_64", "SCMP_ARCH_AARCH64"],
    syscalls: [
      { names: needed.filter((name) => !refused.has(name) && !inspected.has(name)), action: "SCMP_ACT_ALLOW" },
      ...denied
        .filter(({ error }) => error !== errno.EPERM)
        .map(({ name, error }): Rule => ({ names: [name], action: "SCMP_ACT_ERRNO", errnoRet: error })),
      ...Object.entries(modeAt).map(([name, at]) => allow(name, [masked(at, setUserId, 0)])),
      ...Object.entries(flagsAt).flatMap(([name, at]) => [
        allow(name, [masked(at + 1, setUserId, 0)]),
        allow(name, [masked(at, makesFile, 0)]),
      ]),
      allow("clone", [masked(0, newNamespaces, 0)]),
      ...personalities.map((value) => allow("personality", [masked(0, low, value)])),
      ...everythingBut(Object.values(terminalInjections)).map(({ mask, value }) =>
        allow("ioctl", [masked(1, mask, value)]),
      ),
      allow("socket", [masked(0, low, families.unix)]),
      ...[families.inet, families.inet6].flatMap((family) =>
        ordinarySockets.map((type) => allow("socket", [masked(0, low, family), masked(1, socketTypeMask, type)])),
      ),
      // Only NETLINK_ROUTE (0), by which libc lists interfaces.
      allow("socket", [masked(0, low, families.netlink), masked(2, low, 0)]),
    ],
  };
}

function allow(name: string, args: Comparison[]): Rule {
  return { names: [name], action: "SCMP_ACT_ALLOW", args };
}

function masked(index: number, mask: number, value: number): Comparison {
  return { index, op: "SCMP_CMP_MASKED_EQ", value: mask, valueTwo: value };
}

/**
 * All 32-bit numbers but these, as masks with values, because a list of what is allowed has no "unless". Rules are joined by "or": each takes the
 * numbers that begin like one of the forbidden and go on differently. The kernel takes 32 bits of a wider argument, so no rule looks at more.
 */
export function everythingBut(forbidden: readonly number[]): { mask: number; value: number }[] {
  const found: { mask: number; value: number }[] = [];
  const walk = (prefix: number, bit: number) => {
    const mask = bit === 32 ? 0 : (low << bit) >>> 0;
    if (!forbidden.some((each) => (each & mask) >>> 0 === prefix)) {
      found.push({ mask, value: prefix });
      return;
    }
    if (bit === 0) return;
    walk(prefix, bit - 1);
    walk((prefix | (1 << (bit - 1))) >>> 0, bit - 1);
  };
  walk(0, 32);
  return found;
}
