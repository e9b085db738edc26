/* The peer of the throughput bench: the least a program can do to read another's output through a PTY.
 * usage: pty-reader COMMAND [ARG...]    prints: <bytes> <seconds> */
#define _GNU_SOURCE
#include <errno.h>
#include <pty.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

int main(int argc, char **argv) {
  static char buffer[65536];
  struct winsize size = {40, 120, 0, 0};
  struct timespec start, end;
  long long total = 0;
  int fd;
  if (argc < 2) return 2;
  clock_gettime(CLOCK_MONOTONIC, &start);
  pid_t child = forkpty(&fd, NULL, NULL, &size);
  if (child < 0) return 1;
  if (child == 0) {
    execvp(argv[1], argv + 1);
    _exit(127);
  }
  for (;;) {
    ssize_t n = read(fd, buffer, sizeof buffer);
    if (n > 0) total += n;
    else if (n < 0 && errno == EINTR) continue;
    else break;
  }
  waitpid(child, NULL, 0);
  clock_gettime(CLOCK_MONOTONIC, &end);
  printf("%lld %.6f\n", total, (end.tv_sec - start.tv_sec) + (end.tv_nsec - start.tv_nsec) / 1e9);
  return 0;
}
