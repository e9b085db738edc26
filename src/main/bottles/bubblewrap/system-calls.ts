/** Numbers of the system calls that the filter names (asm/unistd_64.h and asm-generic/unistd.h), and which are refused whole. */

export type SeccompArchitecture = "x64" | "arm64";

/** name: [x86-64, arm64]; null where the architecture has no such call. */
const table = {
  ioctl: [16, 29],
  socket: [41, 198],
  clone: [56, 220],
  clone3: [435, 435],
  chmod: [90, null],
  fchmod: [91, 52],
  fchmodat: [268, 53],
  fchmodat2: [452, 452],
  creat: [85, null],
  mknod: [133, null],
  mknodat: [259, 33],
  open: [2, null],
  openat: [257, 56],
  openat2: [437, 437],
  ptrace: [101, 117],
  process_vm_readv: [310, 270],
  process_vm_writev: [311, 271],
  kcmp: [312, 272],
  pidfd_getfd: [438, 438],
  unshare: [272, 97],
  setns: [308, 268],
  mount: [165, 40],
  umount2: [166, 39],
  pivot_root: [155, 41],
  chroot: [161, 51],
  open_tree: [428, 428],
  move_mount: [429, 429],
  fsopen: [430, 430],
  fsconfig: [431, 431],
  fsmount: [432, 432],
  fspick: [433, 433],
  mount_setattr: [442, 442],
  open_tree_attr: [467, 467],
  add_key: [248, 217],
  request_key: [249, 218],
  keyctl: [250, 219],
  bpf: [321, 280],
  perf_event_open: [298, 241],
  userfaultfd: [323, 282],
  io_uring_setup: [425, 425],
  io_uring_enter: [426, 426],
  io_uring_register: [427, 427],
  kexec_load: [246, 104],
  kexec_file_load: [320, 294],
  init_module: [175, 105],
  finit_module: [313, 273],
  delete_module: [176, 106],
  open_by_handle_at: [304, 265],
  name_to_handle_at: [303, 264],
  fanotify_init: [300, 262],
  swapon: [167, 224],
  swapoff: [168, 225],
  reboot: [169, 142],
  acct: [163, 89],
  syslog: [103, 116],
  quotactl: [179, 60],
  quotactl_fd: [443, 443],
  settimeofday: [164, 170],
  clock_settime: [227, 112],
  vhangup: [153, 58],
  lookup_dcookie: [212, 18],
  nfsservctl: [180, 42],
  iopl: [172, null],
  ioperm: [173, null],
  uselib: [134, null],
} as const satisfies Record<string, readonly [number, number | null]>;

export type SystemCall = keyof typeof table;

const column = (index: 0 | 1) =>
  Object.fromEntries(Object.entries(table).map(([name, row]) => [name, row[index]])) as Record<
    SystemCall,
    number | null
  >;

export const numbers: Readonly<Record<SeccompArchitecture, Record<SystemCall, number | null>>> = {
  x64: column(0),
  arm64: column(1),
};

const EPERM = 1;
const ENOSYS = 38;

/** Looked at by their arguments instead. */
const inspected: ReadonlySet<string> = new Set([
  ...[
    "ioctl",
    "socket",
    "clone",
    "chmod",
    "fchmod",
    "fchmodat",
    "fchmodat2",
    "creat",
    "mknod",
    "mknodat",
    "open",
    "openat",
  ],
]);
/**
 * Programs have another way when the kernel does not know the call, and take a plain refusal for a defect. Of `clone3` and `openat2` a filter
 * cannot see what they are asked for.
 */
const unknown: ReadonlySet<string> = new Set([
  ...["clone3", "openat2", "io_uring_setup", "io_uring_enter", "io_uring_register"],
]);

/** Refused whatever their arguments. */
export const denied: readonly { name: SystemCall; error: number }[] = (Object.keys(table) as SystemCall[])
  .filter((name) => !inspected.has(name))
  .map((name) => ({ name, error: unknown.has(name) ? ENOSYS : EPERM }));
