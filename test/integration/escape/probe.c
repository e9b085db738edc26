/*
 * What an attempt does that a shell cannot: sockets of every kind, and system calls by their number. Linked statically, so that it runs in any
 * image. Says ESCAPED when it got through and REFUSED with the reason when not; the attempt's script decides nothing.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/io_uring.h>
#include <linux/keyctl.h>
#include <linux/perf_event.h>
#include <linux/sched.h>
#include <linux/tiocl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

static int verdict(long result, const char *what) {
  if (result < 0) printf("REFUSED %s: %s\n", what, strerror(errno));
  else printf("ESCAPED %s\n", what);
  fflush(stdout);
  return result < 0 ? 1 : 0;
}

/* A numeric address of either family, or a name. */
static int address(const char *host, int port, struct sockaddr_storage *to, socklen_t *length) {
  struct sockaddr_in *four = (void *)to;
  struct sockaddr_in6 *six = (void *)to;
  memset(to, 0, sizeof *to);
  if (inet_pton(AF_INET, host, &four->sin_addr) == 1) {
    four->sin_family = AF_INET;
    four->sin_port = htons(port);
    *length = sizeof *four;
    return 0;
  }
  if (inet_pton(AF_INET6, host, &six->sin6_addr) == 1) {
    six->sin6_family = AF_INET6;
    six->sin6_port = htons(port);
    *length = sizeof *six;
    return 0;
  }
  errno = EINVAL;
  return -1;
}

static int connected(const char *host, int port, int type) {
  struct sockaddr_storage to;
  socklen_t length;
  if (address(host, port, &to, &length) < 0) return -1;
  int fd = socket(to.ss_family, type | SOCK_NONBLOCK, 0);
  if (fd < 0) return -1;
  if (connect(fd, (void *)&to, length) < 0) {
    if (errno != EINPROGRESS) return -1;
    struct pollfd wait = {fd, POLLOUT, 0};
    if (poll(&wait, 1, 5000) <= 0) {
      errno = ETIMEDOUT;
      return -1;
    }
    int error = 0;
    socklen_t size = sizeof error;
    getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size);
    if (error != 0) {
      errno = error;
      return -1;
    }
  }
  fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) & ~O_NONBLOCK);
  return fd;
}

/* Sends standard input, and prints what comes back until the other side ends or is silent for `patience` ms. */
static int exchange(int fd, int patience, int hex) {
  char buffer[65536];
  ssize_t count;
  while ((count = read(0, buffer, sizeof buffer)) > 0) {
    for (ssize_t done = 0; done < count;) {
      ssize_t sent = send(fd, buffer + done, count - done, MSG_NOSIGNAL);
      if (sent < 0) return verdict(-1, "send");
      done += sent;
    }
  }
  for (;;) {
    struct pollfd wait = {fd, POLLIN, 0};
    if (poll(&wait, 1, patience) <= 0) break;
    count = recv(fd, buffer, sizeof buffer, 0);
    if (count <= 0) break;
    if (hex) for (ssize_t at = 0; at < count; at++) printf("%02x", (unsigned char)buffer[at]);
    else fwrite(buffer, 1, count, stdout);
  }
  printf("\n");
  return 0;
}

static int unix_socket(const char *name, int abstract) {
  struct sockaddr_un to = {.sun_family = AF_UNIX};
  size_t length = strlen(name);
  if (length > sizeof to.sun_path - 2) return -1;
  memcpy(to.sun_path + (abstract ? 1 : 0), name, length);
  int fd = socket(AF_UNIX, SOCK_STREAM, 0);
  socklen_t size = offsetof(struct sockaddr_un, sun_path) + length + 1;
  if (fd < 0 || connect(fd, (void *)&to, size) < 0) return -1;
  return fd;
}

/* A process of the bottle's whose system calls are not filtered, written to as a debugger would. */
static int unfiltered(int seconds) {
  for (int tries = 0; tries < seconds * 200; tries++, usleep(5000)) {
    DIR *all = opendir("/proc");
    struct dirent *entry;
    while ((entry = readdir(all)) != NULL) {
      char path[300], line[256];
      if (entry->d_name[0] < '0' || entry->d_name[0] > '9') continue;
      snprintf(path, sizeof path, "/proc/%s/status", entry->d_name);
      FILE *status = fopen(path, "r");
      int bare = 0;
      while (status != NULL && fgets(line, sizeof line, status) != NULL) bare |= strncmp(line, "Seccomp:\t0", 10) == 0;
      if (status != NULL) fclose(status);
      if (!bare) continue;
      printf("SEEN %s\n", entry->d_name);
      snprintf(path, sizeof path, "/proc/%s/mem", entry->d_name);
      int fd = open(path, O_RDWR);
      if (fd >= 0) return verdict(fd, path);
    }
    closedir(all);
  }
  errno = ESRCH;
  return verdict(-1, "no process without a filter can be written to");
}

static int forks(int most) {
  int count = 0;
  // A group of their own, so that all of them can be ended at once and nobody else.
  setpgid(0, 0);
  for (; count < most; count++) {
    pid_t pid = fork();
    if (pid < 0) break;
    if (pid == 0) {
      prctl(PR_SET_PDEATHSIG, SIGKILL);
      pause();
      _exit(0);
    }
  }
  int error = errno;
  printf("%d processes\n", count);
  fflush(stdout);
  signal(SIGTERM, SIG_IGN);
  kill(0, SIGTERM);
  while (wait(NULL) > 0) {}
  errno = error;
  return verdict(count == most ? 0 : -1, "as many processes as wanted");
}

/* struct clone_args with a new user namespace. */
static long clone3_user(void) {
  struct clone_args args = {.flags = CLONE_NEWUSER, .exit_signal = SIGCHLD};
  long pid = syscall(SYS_clone3, &args, sizeof args);
  if (pid == 0) _exit(0);
  return pid;
}

static long clone_user(void) {
  long pid = syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, 0, 0, 0, 0);
  if (pid == 0) _exit(0);
  return pid;
}

static long handle(const char *path) {
  struct {
    struct file_handle head;
    char bytes[MAX_HANDLE_SZ];
  } it = {.head = {.handle_bytes = MAX_HANDLE_SZ}};
  int mount;
  if (name_to_handle_at(AT_FDCWD, path, &it.head, &mount, 0) < 0) return -1;
  int at = open(path, O_RDONLY);
  return open_by_handle_at(at, &it.head, O_RDONLY);
}

static long raw_icmp(const char *host) {
  int fd = socket(AF_INET, SOCK_RAW, IPPROTO_ICMP);
  if (fd < 0) fd = socket(AF_INET, SOCK_DGRAM, IPPROTO_ICMP);
  if (fd < 0) return -1;
  struct sockaddr_storage to;
  socklen_t length;
  if (address(host, 0, &to, &length) < 0) return -1;
  unsigned char ping[16] = {8, 0, 0xe5, 0xfa, 0x12, 0x05, 0, 0};
  if (sendto(fd, ping, sizeof ping, 0, (void *)&to, length) < 0) return -1;
  struct pollfd wait = {fd, POLLIN, 0};
  if (poll(&wait, 1, 2000) > 0) return 0;
  errno = ETIMEDOUT;
  return -1;
}

static long datagram(const char *host, int port, const char *text) {
  struct sockaddr_storage to;
  socklen_t length;
  if (address(host, port, &to, &length) < 0) return -1;
  int fd = socket(to.ss_family, SOCK_DGRAM, 0);
  if (fd < 0 || sendto(fd, text, strlen(text), 0, (void *)&to, length) < 0) return -1;
  struct pollfd wait = {fd, POLLIN, 0};
  char answer[512];
  if (poll(&wait, 1, 2000) > 0 && recv(fd, answer, sizeof answer, 0) > 0) return 0;
  if (errno == 0) errno = ETIMEDOUT;
  return -1;
}

/* Asks a name server, over UDP or a stream; got through when it answers with a record. Long names are cut into labels. */
static long resolved(const char *server, int port, const char *name, int type, int stream) {
  unsigned char query[600] = {0, 0, 0x12, 0x34, 1, 0, 0, 1}, *at = query + 14, *label = at++;
  for (; *name != 0 && at < query + 500; name++) {
    if (*name != '.') *at++ = *name;
    if (*name == '.' || at - label == 64) {
      *label = at - label - 1;
      label = at++;
    }
  }
  *label = at - label - 1;
  if (*label != 0) *at++ = 0;
  *at++ = 0, *at++ = type, *at++ = 0, *at++ = 1;
  size_t length = at - query - 2;
  query[0] = length >> 8, query[1] = length;
  int fd = connected(server, port, stream ? SOCK_STREAM : SOCK_DGRAM);
  if (fd < 0 || send(fd, query + (stream ? 0 : 2), length + (stream ? 2 : 0), MSG_NOSIGNAL) < 0) return -1;
  struct pollfd wait = {fd, POLLIN, 0};
  unsigned char answer[4096], *head = answer + (stream ? 2 : 0);
  errno = ETIMEDOUT;
  if (poll(&wait, 1, 2000) <= 0 || recv(fd, answer, sizeof answer, 0) < 12) return -1;
  printf("code %d with %d records\n", head[3] & 15, head[7]);
  errno = ENOENT;
  return (head[3] & 15) == 0 && head[7] > 0 ? 0 : -1;
}

static long open_descriptors(void) {
  int found = 0;
  for (int fd = 3; fd < 1024; fd++) {
    char path[64], target[512];
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(path, target, sizeof target - 1);
    if (length < 0) continue;
    target[length] = 0;
    printf("descriptor %d is %s\n", fd, target);
    found++;
  }
  errno = EBADF;
  return found > 0 ? 0 : -1;
}

static long uring(void) {
  struct io_uring_params params = {0};
  return syscall(SYS_io_uring_setup, 4, &params);
}

static long perf(void) {
  struct perf_event_attr attr = {.type = PERF_TYPE_SOFTWARE, .size = sizeof attr, .config = PERF_COUNT_SW_CPU_CLOCK, .exclude_kernel = 1};
  return syscall(SYS_perf_event_open, &attr, 0, -1, -1, 0);
}

static long bpf_map(void) {
  union bpf_attr attr = {.map_type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 4, .max_entries = 1};
  return syscall(SYS_bpf, BPF_MAP_CREATE, &attr, sizeof attr);
}

static long traced(void) {
  pid_t child = fork();
  if (child == 0) {
    pause();
    _exit(0);
  }
  long result = ptrace(PTRACE_ATTACH, child, 0, 0);
  int error = errno;
  kill(child, SIGKILL);
  errno = error;
  return result;
}

static long read_memory(pid_t pid, void *at) {
  char into[8];
  struct iovec local = {into, sizeof into}, remote = {at, sizeof into};
  return process_vm_readv(pid, &local, 1, &remote, 1, 0);
}

static long typed(void) {
  int fd = open("/dev/tty", O_RDWR);
  if (fd < 0) fd = 0;
  char sign = '#';
  return ioctl(fd, TIOCSTI, &sign);
}

/* A request whose upper half is not zero: the kernel looks at the lower 32 bits only, and so must a filter. */
static long typed_wide(void) {
  int fd = open("/dev/tty", O_RDWR);
  if (fd < 0) fd = 0;
  char sign = '#';
  return syscall(SYS_ioctl, fd, 0x100000000UL | TIOCSTI, &sign);
}

static long pasted(void) {
  int fd = open("/dev/tty", O_RDWR);
  if (fd < 0) fd = 0;
  char command = TIOCL_PASTESEL;
  return ioctl(fd, TIOCLINUX, &command);
}

static long allocated(double gibibytes) {
  size_t size = (size_t)(gibibytes * 1024 * 1024 * 1024);
  void *at = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  return at == MAP_FAILED ? -1 : 0;
}

static long system_call(const char *name, char **rest, int count) {
  const char *one = count > 0 ? rest[0] : "";
  if (!strcmp(name, "unshare-user")) return unshare(CLONE_NEWUSER);
  if (!strcmp(name, "unshare-net")) return unshare(CLONE_NEWNET);
  if (!strcmp(name, "clone-user")) return clone_user();
  if (!strcmp(name, "clone3-user")) return clone3_user();
  if (!strcmp(name, "setns")) return setns(open(one, O_RDONLY), 0);
  if (!strcmp(name, "mount")) return mount("none", one, "tmpfs", 0, "size=4k");
  if (!strcmp(name, "bind")) return mount(one, rest[1], NULL, MS_BIND, NULL);
  if (!strcmp(name, "remount")) return mount(NULL, one, NULL, MS_REMOUNT | MS_BIND, NULL);
  if (!strcmp(name, "umount")) return umount2(one, MNT_DETACH);
  if (!strcmp(name, "pivot_root")) return syscall(SYS_pivot_root, one, one);
  if (!strcmp(name, "chroot")) return chroot(one);
  if (!strcmp(name, "open_tree")) return syscall(SYS_open_tree, AT_FDCWD, one, 1 /* OPEN_TREE_CLONE */);
  if (!strcmp(name, "move_mount")) return syscall(SYS_move_mount, syscall(SYS_open_tree, AT_FDCWD, one, 1), "", AT_FDCWD, rest[1], 4);
  if (!strcmp(name, "fsopen")) return syscall(SYS_fsopen, "tmpfs", 0);
  if (!strcmp(name, "handle")) return handle(one);
  if (!strcmp(name, "mknod")) return mknod(one, S_IFBLK | 0600, (254 << 8) | 0);
  if (!strcmp(name, "ptrace")) return traced();
  if (!strcmp(name, "vm-read")) return read_memory(atoi(one), &errno);
  if (!strcmp(name, "keyring")) return syscall(SYS_keyctl, KEYCTL_DESCRIBE, KEY_SPEC_SESSION_KEYRING, 0, 0, 0);
  if (!strcmp(name, "add-key")) return syscall(SYS_add_key, "user", "cellar-escape", "x", 1, KEY_SPEC_PROCESS_KEYRING);
  if (!strcmp(name, "io_uring")) return uring();
  if (!strcmp(name, "userfaultfd")) return syscall(SYS_userfaultfd, 1 /* UFFD_USER_MODE_ONLY */);
  if (!strcmp(name, "bpf")) return bpf_map();
  if (!strcmp(name, "perf")) return perf();
  if (!strcmp(name, "kexec")) return syscall(SYS_kexec_load, 0, 0, 0, 0);
  if (!strcmp(name, "module")) return syscall(SYS_init_module, "", 0, "");
  if (!strcmp(name, "reboot")) return syscall(SYS_reboot, 0xfee1dead, 672274793, 0x89abcdef /* CAD on, which changes nothing */, 0);
  if (!strcmp(name, "swapoff")) return syscall(SYS_swapoff, one);
  if (!strcmp(name, "klog")) return syscall(SYS_syslog, 10 /* size of the buffer */, NULL, 0);
  if (!strcmp(name, "x32")) return syscall(0x40000000L | SYS_getpid);
  if (!strcmp(name, "sti")) return typed();
  if (!strcmp(name, "sti-wide")) return typed_wide();
  if (!strcmp(name, "paste")) return pasted();
  if (!strcmp(name, "packet")) return socket(AF_PACKET, SOCK_RAW, htons(3));
  if (!strcmp(name, "vsock")) return socket(40, SOCK_STREAM, 0);
  if (!strcmp(name, "netfilter")) return socket(AF_NETLINK, SOCK_RAW, 12);
  if (!strcmp(name, "alg")) return socket(38, SOCK_SEQPACKET, 0);
  if (!strcmp(name, "setuid")) return setuid(0);
  if (!strcmp(name, "capability")) return prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, 21 /* CAP_SYS_ADMIN */, 0, 0);
  if (!strcmp(name, "memory")) return allocated(atof(one));
  if (!strcmp(name, "chmod-setuid")) return chmod(one, 04755);
  if (!strcmp(name, "create-setuid")) return open(one, O_CREAT | O_WRONLY, 04755);
  if (!strcmp(name, "signal")) return kill(atoi(one), 0);
  errno = ENOSYS;
  printf("no attempt %s\n", name);
  exit(3);
}

int main(int count, char **given) {
  const char *what = count > 1 ? given[1] : "";
  if (!strcmp(what, "tcp")) return verdict(connected(given[2], atoi(given[3]), SOCK_STREAM), given[2]);
  if (!strcmp(what, "udp")) {
    errno = 0;
    return verdict(datagram(given[2], atoi(given[3]), count > 4 ? given[4] : "hello"), given[2]);
  }
  if (!strcmp(what, "icmp")) return verdict(raw_icmp(given[2]), given[2]);
  if (!strcmp(what, "dns") || !strcmp(what, "dns-stream")) {
    return verdict(resolved(given[2], atoi(given[3]), given[4], atoi(given[5]), what[3] != 0), given[4]);
  }
  if (!strcmp(what, "unix")) return verdict(unix_socket(given[2], 0), given[2]);
  if (!strcmp(what, "abstract")) return verdict(unix_socket(given[2], 1), given[2]);
  if (!strcmp(what, "fds")) return verdict(open_descriptors(), "descriptors of the host");
  if (!strcmp(what, "unfiltered")) return unfiltered(atoi(given[2]));
  if (!strcmp(what, "forks")) return forks(atoi(given[2]));
  if (!strcmp(what, "room")) {
    struct statvfs room;
    if (statvfs(given[2], &room) < 0) return verdict(-1, given[2]);
    double mebibytes = (double)room.f_blocks * room.f_frsize / 1024 / 1024;
    printf("%s has %.0f MiB\n", given[2], mebibytes);
    errno = ENOSPC;
    return verdict(mebibytes > atof(given[3]) ? 0 : -1, "more room than the limit");
  }
  if (!strcmp(what, "say") || !strcmp(what, "sayhex")) {
    int fd = connected(given[2], atoi(given[3]), SOCK_STREAM);
    if (fd < 0) return verdict(-1, given[2]);
    return exchange(fd, count > 4 ? atoi(given[4]) : 3000, what[3] != 0);
  }
  if (!strcmp(what, "call")) return verdict(system_call(given[2], given + 3, count - 3), given[2]);
  return 3;
}
