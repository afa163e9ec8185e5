// Questions go to /dev/tty, since standard input and output may carry a share; with --json steps
// are objects on standard output and notices on standard error.
#include "terminal.h"

#include <array>
#include <cerrno>
#include <cstdio>
#include <ctime>

#include <fcntl.h>
#include <poll.h>
#include <termios.h>
#include <unistd.h>

#include "keyferry/codec/json.h"

namespace keyferry::cli {
namespace {

constexpr std::size_t kMostInput = 65536;
constexpr std::size_t kMostLine = 4096;
constexpr int kBetweenLooks = 2000;  // milliseconds

// EchoOff turns the echo of a terminal off while it lives.
class EchoOff {
 public:
  explicit EchoOff(int descriptor) : descriptor_(descriptor) {
    if (tcgetattr(descriptor_, &before_) != 0) return;
    termios silent = before_;
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    changed_ = tcsetattr(descriptor_, TCSAFLUSH, &silent) == 0;
  }
  ~EchoOff() {
    if (changed_) tcsetattr(descriptor_, TCSAFLUSH, &before_);
  }
  EchoOff(const EchoOff&) = delete;
  EchoOff& operator=(const EchoOff&) = delete;

 private:
  int descriptor_;
  termios before_{};
  bool changed_ = false;
};

// Questions go to the terminal even where standard input is a pipe, but not where nobody reads
// what is said on standard error.
int open_terminal() {
  if (isatty(STDERR_FILENO) == 0) return -1;
  return ::open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
}

void write_text(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const ssize_t done = ::write(descriptor, text.data(), text.size());
    if (done <= 0) return;
    text.remove_prefix(static_cast<std::size_t>(done));
  }
}

// await_input waits until something can be read; false: `stop` gave it up.
bool await_input(int descriptor, const wallet::Person::Stop& stop) {
  if (!stop) return true;
  for (pollfd poll{descriptor, POLLIN, 0};;) {
    const int ready = ::poll(&poll, 1, kBetweenLooks);
    if (ready > 0) return true;
    if (ready == 0 && stop()) return false;
  }
}

Error stopped() {
  return fail(Errc::conflict, "the question was given up", "stopped");
}

}  // namespace

Terminal::Terminal(bool yes, bool quiet) : yes_(yes), quiet_(quiet), descriptor_(open_terminal()) {}

Terminal::~Terminal() {
  end_live_line();
  if (descriptor_ >= 0) ::close(descriptor_);
}

void Terminal::end_live_line() {
  if (live_) std::fputc('\n', stderr);
  live_ = false;
}

// On a terminal the steps of a wait make one line, which a question or a plain line ends.
void Terminal::step(std::string_view event, const boost::json::object& facts,
                    std::string_view line) {
  if (quiet_) {
    boost::json::object object{{"event", event}};
    for (const auto& [name, value] : facts) object[name] = value;
    return print_json(object);
  }
  // The words are read out from the screen, so they have a line of their own.
  if (!can_answer() || event == "words") return say(line);
  std::array<char, 16> at{};
  const std::time_t now = std::time(nullptr);
  std::tm local{};
  localtime_r(&now, &local);
  std::strftime(at.data(), at.size(), "%H:%M:%S", &local);
  std::fprintf(stderr, "%s%.*s %s …", live_ ? " " : "", static_cast<int>(line.size()), line.data(),
               at.data());
  std::fflush(stderr);
  live_ = true;
}

void Terminal::notice(std::string_view event, const boost::json::object& facts,
                      std::string_view line) {
  if (!quiet_) return say(line);
  boost::json::object object{{"event", event}};
  for (const auto& [name, value] : facts) object[name] = value;
  std::fprintf(stderr, "%s\n", codec::encode_json(object).c_str());
}

void Terminal::say(std::string_view line) {
  if (quiet_) return;
  end_live_line();
  std::fwrite(line.data(), 1, line.size(), stderr);
  std::fputc('\n', stderr);
}

Result<bool> Terminal::agree(std::string_view question) {
  if (yes_) return true;
  KF_TRY(const SecretBytes answer, read_line(std::string(question) + " [y/N] ", "--yes", true, {}));
  const std::string_view text = text_of(answer.expose());
  return text == "y" || text == "Y" || text == "yes" || text == "YES" || text == "Yes";
}

Result<SecretBytes> Terminal::ask_secret(std::string_view question, std::string_view option) {
  return read_line(std::string(question) + ": ", option, false, {});
}

Result<SecretBytes> Terminal::ask_line(std::string_view question, std::string_view option,
                                       const Stop& stop) {
  return read_line(std::string(question) + ": ", option, true, stop);
}

Result<SecretBytes> Terminal::read_line(std::string_view question, std::string_view option,
                                        bool echo, const Stop& stop) {
  if (descriptor_ < 0) {
    return fail(Errc::invalid,
                "there is no terminal to ask \"" + std::string(question) + "\": answer with " +
                    std::string(option),
                "no_terminal");
  }
  end_live_line();
  write_text(descriptor_, question);
  if (!await_input(descriptor_, stop)) {
    write_text(descriptor_, "\n");
    return stopped();
  }
  Bytes line;
  line.reserve(kMostLine);  // never moved, so never left behind unwiped
  {
    std::optional<EchoOff> silent;
    if (!echo) silent.emplace(descriptor_);
    for (std::uint8_t c = 0; line.size() < kMostLine;) {
      const ssize_t got = ::read(descriptor_, &c, 1);
      if (got < 0 && errno == EINTR) continue;
      if (got <= 0 || c == '\n') break;
      line.push_back(c);
    }
  }
  if (!echo) write_text(descriptor_, "\n");
  return SecretBytes(std::move(line));
}

Result<std::string> read_line_of_input(const wallet::Person::Stop& stop) {
  std::string line;
  for (char c = 0; line.size() < kMostLine;) {
    if (!await_input(STDIN_FILENO, stop)) return stopped();
    const ssize_t got = ::read(STDIN_FILENO, &c, 1);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail(Errc::io, "cannot read standard input");
    if (got == 0 && line.empty()) {
      return fail(Errc::invalid, "standard input has no further line", "no_terminal");
    }
    if (got == 0 || c == '\n') return line;
    line.push_back(c);
  }
  return fail(Errc::too_large, "the line on standard input is too long");
}

Result<SecretBytes> read_standard_input() {
  Bytes input;
  input.reserve(kMostInput + 1);
  std::array<std::uint8_t, 4096> part;
  while (true) {
    const ssize_t got = ::read(STDIN_FILENO, part.data(), part.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail(Errc::io, "cannot read standard input");
    if (got == 0) break;
    if (input.size() + static_cast<std::size_t>(got) > kMostInput) {
      return fail(Errc::too_large, "standard input is longer than 64 KiB: give the link alone");
    }
    append(input, ByteView(part).first(static_cast<std::size_t>(got)));
  }
  wipe(part.data(), part.size());
  return SecretBytes(std::move(input));
}

}  // namespace keyferry::cli
