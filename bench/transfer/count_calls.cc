// Preloaded into a program, it writes down each call that waits for a disk or opens a connection,
// one line a call into the file that KEYFERRY_CALLS names: "s" and the nanoseconds that it took for
// fsync and fdatasync, "c 0" for a connection over TCP.
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

namespace {

long long now() {
  timespec time{};
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1'000'000'000LL + time.tv_nsec;
}

void note(char call, long long took) {
  static const int file = [] {
    const char* name = getenv("KEYFERRY_CALLS");
    return name == nullptr ? -1 : open(name, O_WRONLY | O_APPEND | O_CLOEXEC);
  }();
  char line[32];
  const int size = snprintf(line, sizeof line, "%c %lld\n", call, took);
  if (file >= 0) static_cast<void>(write(file, line, static_cast<size_t>(size)) == size);
}

template <class Function>
Function* real(const char* name) {
  return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

int timed(int (*sync)(int), int descriptor) {
  const long long begin = now();
  const int done = sync(descriptor);
  note('s', now() - begin);
  return done;
}

}  // namespace

extern "C" {

int fsync(int descriptor) {
  return timed(real<int(int)>("fsync"), descriptor);
}

int fdatasync(int descriptor) {
  return timed(real<int(int)>("fdatasync"), descriptor);
}

int connect(int descriptor, const sockaddr* address, socklen_t size) {
  if (address->sa_family == AF_INET || address->sa_family == AF_INET6) note('c', 0);
  return real<int(int, const sockaddr*, socklen_t)>("connect")(descriptor, address, size);
}

}  // extern "C"
