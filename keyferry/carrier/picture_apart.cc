// The picture is in memory before the fork, so that the child needs no file: it closes all but the
// answer's pipe, limits itself, and only then decodes.
#include "keyferry/carrier/picture_apart.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "keyferry/base/secret.h"
#include "keyferry/carrier/picture.h"
#include "keyferry/codec/text.h"
#include "keyferry/file/descriptor.h"

namespace keyferry::carrier {
namespace {

constexpr std::size_t kMostAnswer = 16 * 1024;  // a QR code holds less than 8 KiB
constexpr std::size_t kMostShown = 300;
enum Verdict : char { found, wrong, large };

Error unfit(std::string detail) {
  return fail(Errc::invalid, std::move(detail), "picture");
}

Error no_child() {
  return fail(Errc::io, std::string("cannot start a process that reads the picture: ") +
                            std::strerror(errno));
}

std::string judged(ByteView picture) {
  const auto text = read_qr(picture);
  if (text) return std::string(1, found) + *text;
  return std::string(1, text.error().code == Errc::too_large ? large : wrong) + text.error().detail;
}

void limit(int resource, rlim_t most) {
  const rlimit both{most, most};
  if (setrlimit(static_cast<__rlimit_resource>(resource), &both) != 0) _exit(1);
}

// What the child does: it never returns.
[[noreturn]] void work(int answer, ByteView picture, std::chrono::seconds most) {
  signal(SIGPIPE, SIG_DFL);
  if (dup2(answer, 0) != 0 || close_range(1, ~0U, 0) != 0) _exit(1);
  limit(RLIMIT_CORE, 0);
  limit(RLIMIT_NOFILE, 0);
  limit(RLIMIT_CPU, static_cast<rlim_t>(most.count()));
  const std::string text = judged(picture);
  for (std::string_view rest = text; !rest.empty();) {
    const ssize_t done = write(0, rest.data(), rest.size());
    if (done <= 0) _exit(1);
    rest.remove_prefix(static_cast<std::size_t>(done));
  }
  _exit(0);
}

std::string read_all(int descriptor) {
  std::string text;
  std::array<char, 4096> part{};
  text.reserve(kMostAnswer + part.size());  // it may be a link: growing would leave copies behind
  while (text.size() <= kMostAnswer) {
    const ssize_t got = read(descriptor, part.data(), part.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    text.append(part.data(), static_cast<std::size_t>(got));
  }
  wipe(part.data(), part.size());
  return text;
}

bool ended_well(pid_t child) {
  int status = 0;
  while (waitpid(child, &status, 0) < 0) {
    if (errno != EINTR) return false;
  }
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

}  // namespace

Result<std::string> read_qr_apart(ByteView picture, std::chrono::seconds most) {
  if (!is_picture(picture)) return read_qr(picture);  // it says why
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return no_child();
  const file::Descriptor reading(ends[0]);
  file::Descriptor writing(ends[1]);
  const pid_t child = fork();
  if (child < 0) return no_child();
  if (child == 0) work(writing.number(), picture, most);
  writing = file::Descriptor();
  std::string answer = read_all(reading.number());
  if (answer.size() > kMostAnswer) kill(child, SIGKILL);
  if (!ended_well(child) || answer.empty() || answer.size() > kMostAnswer) {
    return unfit("the picture takes too long to read or is damaged: cut it to the QR code");
  }
  const char verdict = answer[0];
  answer.erase(0, 1);
  if (verdict == found) return answer;
  KF_TRY(std::string detail, codec::label(answer, kMostShown));
  return verdict == large ? fail(Errc::too_large, std::move(detail), "picture")
                          : unfit(std::move(detail));
}

}  // namespace keyferry::carrier
