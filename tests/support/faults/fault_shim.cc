// Loaded before the C library of a real program (LD_PRELOAD), this lets a test make the disk fail
// or slow and step the wall clock. tests/support/faults.py steers it through the file that
// KEYFERRY_FAULTS names: a Control, mapped by both.
//
// Only files whose name holds ".db" are touched: SQLite's database and its log; and what lies in
// the state of a lock, "/state/".
#include <atomic>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <dlfcn.h>
#include <signal.h>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <unistd.h>

namespace {

struct Control {
  std::atomic<std::int64_t> fail_sync;    // errno of fsync and fdatasync; 0: they work
  std::atomic<std::int64_t> fail_write;   // errno of pwrite
  std::atomic<std::int64_t> short_write;  // 1: pwrite writes half, then the disk is full
  std::atomic<std::int64_t> sync_delay;   // milliseconds
  std::atomic<std::int64_t> clock_step;   // milliseconds
  std::atomic<std::int64_t> failed;       // counts what was made to fail
  std::atomic<std::int64_t> syncs;        // counts syncs
  std::atomic<std::int64_t> steps;        // counts syncs of a lock's files
  std::atomic<std::int64_t> kill_at;      // the step at which the program is killed; 0: none
};

Control* control() {
  static Control* const mapped = []() -> Control* {
    const char* const path = std::getenv("KEYFERRY_FAULTS");
    const int file = path ? ::open(path, O_RDWR | O_CLOEXEC) : -1;
    if (file < 0) return nullptr;
    void* const at = ::mmap(nullptr, sizeof(Control), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    ::close(file);
    return at == MAP_FAILED ? nullptr : static_cast<Control*>(at);
  }();
  return mapped;
}

template <class Function>
Function* next(const char* name) {
  return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}

bool is_of(int file, const char* mark) {
  char link[64];
  char path[1024];
  std::snprintf(link, sizeof link, "/proc/self/fd/%d", file);
  const ssize_t size = ::readlink(link, path, sizeof path - 1);
  if (size <= 0) return false;
  path[size] = 0;
  return std::strstr(path, mark) != nullptr;
}

bool is_database(int file) {
  return is_of(file, ".db");
}

// A lock's file is synced before it takes its place, and its folder after that: killed here, the
// program has the old record or the new one.
bool is_of_a_lock(int file) {
  if (!is_of(file, "/state")) return false;
  Control* const c = control();
  if (++c->steps == c->kill_at) ::kill(::getpid(), SIGKILL);
  return true;
}

int failing(std::int64_t number) {
  ++control()->failed;
  errno = static_cast<int>(number);
  return -1;
}

int sync_or_fail(int file, int (*sync)(int)) {
  Control* const c = control();
  if (!c || (!is_database(file) && !is_of_a_lock(file))) return sync(file);
  ++c->syncs;
  if (const auto delay = c->sync_delay.load(); delay > 0) {
    ::usleep(static_cast<useconds_t>(delay * 1000));
  }
  if (const auto number = c->fail_sync.load(); number != 0) return failing(number);
  return sync(file);
}

ssize_t write_or_fail(int file, const void* octets, std::size_t size, off64_t at,
                      ssize_t (*write)(int, const void*, std::size_t, off64_t)) {
  Control* const c = control();
  if (!c || (c->fail_write == 0 && c->short_write == 0) || !is_database(file)) {
    return write(file, octets, size, at);
  }
  if (const auto number = c->fail_write.load(); number != 0) return failing(number);
  // Half of a large piece gets in, the rest of it finds no room.
  if (size < 512) return failing(ENOSPC);
  ++c->failed;
  return write(file, octets, size / 2, at);
}

std::int64_t clock_step() {
  Control* const c = control();
  return c ? c->clock_step.load() : 0;
}

}  // namespace

extern "C" {

int fsync(int file) {
  static int (*const real)(int) = next<int(int)>("fsync");
  return sync_or_fail(file, real);
}

int fdatasync(int file) {
  static int (*const real)(int) = next<int(int)>("fdatasync");
  return sync_or_fail(file, real);
}

ssize_t pwrite64(int file, const void* octets, std::size_t size, off64_t at) {
  static auto* const real = next<ssize_t(int, const void*, std::size_t, off64_t)>("pwrite64");
  return write_or_fail(file, octets, size, at, real);
}

ssize_t pwrite(int file, const void* octets, std::size_t size, off_t at) {
  return pwrite64(file, octets, size, at);
}

int clock_gettime(clockid_t clock, timespec* now) noexcept {
  static auto* const real = next<int(clockid_t, timespec*)>("clock_gettime");
  const int outcome = real(clock, now);
  if (outcome == 0 && clock == CLOCK_REALTIME) now->tv_sec += clock_step() / 1000;
  return outcome;
}

time_t time(time_t* out) noexcept {
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  if (out) *out = now.tv_sec;
  return now.tv_sec;
}

int gettimeofday(timeval* out, void*) noexcept {
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  out->tv_sec = now.tv_sec;
  out->tv_usec = now.tv_nsec / 1000;
  return 0;
}
}
