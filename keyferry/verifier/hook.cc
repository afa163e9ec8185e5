// posix_spawn, then one poll for the child's pidfd and the stopper's eventfd: no signal handler,
// and no thread for the time limit.
#include "keyferry/verifier/hook.h"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <spawn.h>

#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "keyferry/codec/rfc3339.h"

// glibc 2.36 forgets the extern "C" in this header.
extern "C" {
#include <sys/pidfd.h>
}

extern char** environ;

namespace keyferry::verifier {
namespace {

// pointers views texts as the null-terminated array that exec wants.
std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> out;
  for (std::string& text : texts) out.push_back(text.data());
  out.push_back(nullptr);
  return out;
}

std::vector<std::string> whole_environment(const std::vector<std::string>& extra) {
  std::vector<std::string> out;
  for (char** entry = environ; *entry; ++entry) out.emplace_back(*entry);
  out.insert(out.end(), extra.begin(), extra.end());
  return out;
}

// Spawn holds what posix_spawn needs and frees it.
struct Spawn {
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;

  Spawn() {
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawnattr_init(&attributes);
    ::posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    ::posix_spawn_file_actions_adddup2(&actions, STDERR_FILENO, STDOUT_FILENO);
    // The agent blocks the signals that end it and ignores others; the command must not inherit
    // that.
    sigset_t none, all;
    ::sigemptyset(&none);
    ::sigfillset(&all);
    ::posix_spawnattr_setsigmask(&attributes, &none);
    ::posix_spawnattr_setsigdefault(&attributes, &all);
    ::posix_spawnattr_setpgroup(&attributes, 0);
    ::posix_spawnattr_setflags(
        &attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
  }
  ~Spawn() {
    ::posix_spawn_file_actions_destroy(&actions);
    ::posix_spawnattr_destroy(&attributes);
  }
};

Result<pid_t> start(const HookCall& call) {
  require(!call.argv.empty(), "a hook has a command");
  std::vector<std::string> argv = call.argv, environment = whole_environment(call.environment);
  Spawn spawn;
  pid_t pid = 0;
  const int failed = ::posix_spawnp(&pid, argv[0].c_str(), &spawn.actions, &spawn.attributes,
                                    pointers(argv).data(), pointers(environment).data());
  if (failed == 0) return pid;
  return fail(failed == ENOENT ? Errc::not_found : Errc::io,
              "cannot run " + argv[0] + ": " + std::strerror(failed));
}

enum class Ending { by_itself, too_late, stopped };

// await waits until the process ends, the time is over or the stopper says so.
Ending await(pid_t pid, Duration limit, const Stopper& stopper) {
  const int process = ::pidfd_open(pid, 0);
  require(process >= 0, "the kernel gives a descriptor of a child (Linux 5.3)");
  const auto end = std::chrono::steady_clock::now() + limit;
  pollfd watched[2] = {{process, POLLIN, 0}, {stopper.descriptor(), POLLIN, 0}};
  int ready = 0;
  do {
    const auto left = std::chrono::ceil<Duration>(end - std::chrono::steady_clock::now()).count();
    ready = ::poll(watched, 2, static_cast<int>(std::clamp<std::int64_t>(left, 0, 1 << 30)));
  } while (ready < 0 && errno == EINTR);
  ::close(process);
  if (watched[0].revents != 0) return Ending::by_itself;
  return watched[1].revents != 0 ? Ending::stopped : Ending::too_late;
}

Result<Done> judge(int status) {
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return Done{};
  if (WIFEXITED(status))
    return fail(Errc::io, "ended with status " + std::to_string(WEXITSTATUS(status)));
  return fail(Errc::io, "was killed by signal " + std::to_string(WTERMSIG(status)));
}

}  // namespace

Stopper::Stopper() : descriptor_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  require(descriptor_ >= 0, "the kernel gives an event descriptor");
}
Stopper::~Stopper() {
  ::close(descriptor_);
}
void Stopper::stop() {
  const std::uint64_t one = 1;
  [[maybe_unused]] const ssize_t written = ::write(descriptor_, &one, sizeof one);
}

Result<Done> run_hook(const HookCall& call, const Stopper& stopper) {
  KF_TRY(const pid_t pid, start(call));
  const Ending ending = await(pid, call.limit, stopper);
  // What the command left running in its group ends with it when it was too slow; a command that
  // ended by itself may leave something behind on purpose.
  if (ending != Ending::by_itself) ::kill(-pid, SIGKILL);
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  if (ending == Ending::stopped) return fail(Errc::unavailable, "was stopped with the agent");
  if (ending == Ending::too_late)
    return fail(Errc::io, "did not end within " + codec::encode_duration(call.limit));
  return judge(status);
}

}  // namespace keyferry::verifier
