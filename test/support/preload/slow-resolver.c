// Preloaded into a process, it makes the names under .slow.test ones that a slow resolver looks up:
// each is 127.0.0.1, after as many milliseconds as the file RESOLVER_DELAY_FILE says. The file is
// read all the time, so that a resolver can recover. Each question is a line in
// RESOLVER_QUESTIONS_FILE when it begins (+) and when it ends (-).

#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define STEP_MS 5

static int is_slow(const char *name) {
  static const char domain[] = ".slow.test";
  if (name == NULL) return 0;
  size_t length = strlen(name), ending = sizeof domain - 1;
  return length > ending && strcmp(name + length - ending, domain) == 0;
}

static long delay_ms(void) {
  char text[32] = "";
  int file = open(getenv("RESOLVER_DELAY_FILE"), O_RDONLY | O_CLOEXEC);
  if (file < 0) return 0;
  if (read(file, text, sizeof text - 1) < 0) text[0] = 0;
  close(file);
  return atol(text);
}

static void note(char sign, const char *name) {
  char line[300];
  int length = snprintf(line, sizeof line, "%c%s\n", sign, name);
  int file = open(getenv("RESOLVER_QUESTIONS_FILE"), O_WRONLY | O_APPEND | O_CLOEXEC);
  if (file < 0) return;
  if (write(file, line, length) != length) abort();
  close(file);
}

int getaddrinfo(const char *name, const char *service, const struct addrinfo *hints,
                struct addrinfo **found) {
  static int (*resolve)(const char *, const char *, const struct addrinfo *, struct addrinfo **);
  if (resolve == NULL) resolve = dlsym(RTLD_NEXT, "getaddrinfo");
  if (!is_slow(name)) return resolve(name, service, hints, found);
  note('+', name);
  for (long passed = 0; passed < delay_ms(); passed += STEP_MS) usleep(STEP_MS * 1000);
  note('-', name);
  return resolve("127.0.0.1", service, hints, found);
}
