// The first write that failed is remembered, since a later flush succeeds without what the first
// one lost.
#include "standard_streams.h"

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <iostream>
#include <string>

#include "command_line.h"
#include <fcntl.h>
#include <unistd.h>

namespace keyferry::cmd {

void open_standard_streams() {
  std::signal(SIGPIPE, SIG_IGN);
  for (int number = STDIN_FILENO; number <= STDERR_FILENO; ++number) {
    if (::fcntl(number, F_GETFD) != -1 || errno != EBADF) continue;
    // The wrong way round on purpose: reading input and writing output stay errors.
    const int mode = number == STDIN_FILENO ? O_WRONLY : O_RDONLY;
    // The lowest free number, and all below are open, is `number`.
    if (::open("/dev/null", mode) != number) std::_Exit(kFailed);
  }
}

Result<Done> check_output() {
  // What a failed flush threw away is not written by the next one: the first error is kept.
  static int lost = 0;
  std::cout.flush();
  if (std::fflush(stdout) != 0 && lost == 0) lost = errno;
  if (lost == 0 && (std::ferror(stdout) != 0 || !std::cout)) lost = errno == 0 ? EIO : errno;
  if (lost == 0) return Done{};
  const char* const why = lost == EBADF ? "it is closed" : std::strerror(lost);
  return fail(Errc::io, std::string("the result could not be written to standard output: ") + why);
}

void print_line(std::string_view line) {
  std::fwrite(line.data(), 1, line.size(), stdout);
  std::fputc('\n', stdout);
  static_cast<void>(check_output().has_value());
}

int exit_status(std::string_view program, int code) {
  const auto written = check_output();
  if (written || code != kDone) return code;
  std::fprintf(stderr, "%.*s: %s\n", static_cast<int>(program.size()), program.data(),
               written.error().detail.c_str());
  return kFailed;
}

}  // namespace keyferry::cmd
