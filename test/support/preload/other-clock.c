// Preloaded into a server, it makes the wall clock of its host CLOCK_AHEAD_SECONDS fast, or slow if
// that is negative. Clocks that only measure how long something takes stay as they are.

#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static time_t ahead;

__attribute__((constructor)) static void read_ahead(void) {
  const char *seconds = getenv("CLOCK_AHEAD_SECONDS");
  if (seconds != NULL) ahead = atol(seconds);
}

int clock_gettime(clockid_t clock, struct timespec *now) {
  // Not by the next definition: the dynamic linker may ask for the time before it can be found.
  int result = syscall(SYS_clock_gettime, clock, now);
  if (result == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) {
    now->tv_sec += ahead;
  }
  return result;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone) {
  struct timespec time;
  int result = clock_gettime(CLOCK_REALTIME, &time);
  now->tv_sec = time.tv_sec;
  now->tv_usec = time.tv_nsec / 1000;
  (void)zone;
  return result;
}

time_t time(time_t *into) {
  struct timespec now;
  if (clock_gettime(CLOCK_REALTIME, &now) != 0) return -1;
  if (into != NULL) *into = now.tv_sec;
  return now.tv_sec;
}
