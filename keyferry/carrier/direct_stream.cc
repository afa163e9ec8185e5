// Only the latest message counts, so what has come already is read, within a limit, before receive
// answers and before send writes.
#include "keyferry/carrier/direct_stream.h"

#include <algorithm>
#include <array>
#include <cerrno>

#include <poll.h>
#include <unistd.h>

#include "keyferry/carrier/file_carrier.h"
#include "keyferry/codec/json.h"

namespace keyferry::carrier {
namespace {

constexpr std::size_t kMostLine = 128 * 1024;
// What comes before the secret or the first message, and what one look takes in: whoever writes
// without end must neither be read for ever nor keep the caller from its deadline.
constexpr std::uint64_t kMostBefore = 1 << 20;
constexpr std::uint64_t kMostAtOnce = 256 * 1024;
constexpr auto kWait = std::chrono::seconds(25);
constexpr auto kLong = std::chrono::hours(1);

Error hung_up(std::string_view what) {
  return fail(Errc::invalid,
              std::string(what) +
                  ": the other side has gone. Nothing is lost; `keyferry watch` (sender) or the "
                  "same `keyferry accept` (receiver) goes on",
              "hung_up");
}

Error flooded(const std::string& what) {
  return fail(Errc::invalid, "standard input held no " + what + " in its first megabyte",
              "flooded");
}

}  // namespace

DirectStream::~DirectStream() {
  wipe(buffer_);
}

bool DirectStream::wait(Duration most) const {
  pollfd poll{in_, POLLIN, 0};
  const auto span = std::chrono::duration_cast<std::chrono::milliseconds>(most).count();
  return ::poll(&poll, 1, static_cast<int>(span)) > 0;
}

// A line that is longer than any message is passed over as a whole.
void DirectStream::take_line(std::string_view line) {
  while (!line.empty() && (line.back() == '\r' || line.back() == ' ')) line.remove_suffix(1);
  if (line.starts_with('#')) {
    secret_ = SecretBytes::copy(bytes_of(line));
  } else if (line.find('{') == line.npos) {
    return;  // cheap to pass over
  } else if (auto payload = parse_sealed(line)) {
    latest_ = *std::move(payload);
    ++count_;
  }
}

// pump reads once what is there, or comes within `most`; false: nothing did.
Result<bool> DirectStream::pump(Duration most) {
  if (ended_ || !wait(most)) return false;
  std::array<char, 4096> part{};
  const ssize_t got = ::read(in_, part.data(), part.size());
  if (got < 0) return errno == EINTR ? Result<bool>(true) : hung_up("standard input is closed");
  ended_ = got == 0;
  read_ += static_cast<std::uint64_t>(got);
  for (const char c : std::string_view(part.data(), static_cast<std::size_t>(got))) {
    if (c != '\n') {
      skipping_ = skipping_ || buffer_.size() >= kMostLine;
      if (!skipping_) buffer_ += c;
      continue;
    }
    if (!skipping_) take_line(buffer_);
    wipe(buffer_);
    skipping_ = false;
  }
  if (ended_ && !skipping_) take_line(buffer_);
  wipe(part.data(), part.size());
  return !ended_;
}

Result<SecretBytes> DirectStream::secret() {
  while (!secret_) {
    if (read_ > kMostBefore) return flooded("secret (#…)");
    KF_TRY(const bool more, pump(kLong));
    if (!more && ended_ && !secret_) return hung_up("standard input held no secret (#…)");
  }
  return secret_->clone();
}

Result<Arrived> DirectStream::first() {
  while (!latest_) {
    if (read_ > kMostBefore) return flooded("message");
    KF_TRY(const bool more, pump(kLong));
    if (!more && ended_ && !latest_) return hung_up("standard input held no message");
  }
  return Arrived{*latest_, std::to_string(count_)};
}

// drain reads what is there, of an endless stream a part; while `nothing` it waits, at most `most`
// in all.
Result<Done> DirectStream::drain(Duration most, const std::function<bool()>& nothing) {
  const std::uint64_t end = read_ + kMostAtOnce;
  const auto until = std::chrono::steady_clock::now() + most;
  for (bool more = true; more && read_ < end;) {
    const auto left =
        std::chrono::duration_cast<Duration>(until - std::chrono::steady_clock::now());
    KF_TRY(more, pump(nothing() ? std::max(left, Duration(0)) : Duration(0)));
  }
  return Done{};
}

Result<std::optional<Arrived>> DirectStream::receive(const std::string& version, bool wait) {
  const auto nothing = [&] { return !latest_ || version == std::to_string(count_); };
  KF_TRY(drain(wait ? Duration(kWait) : Duration(0), nothing));
  if (!nothing()) {
    return std::optional(Arrived{*latest_, std::to_string(count_)});
  }
  if (ended_) return hung_up("standard input has ended");
  return std::optional<Arrived>();
}

Result<std::string> DirectStream::send(const transfer::SealedPayload& payload,
                                       const std::string& version) {
  KF_TRY(drain(Duration(0), [] { return false; }));
  if (!version.empty() && version != std::to_string(count_)) {
    return fail(Errc::precondition_failed, "another message has come by now");
  }
  KF_TRY(repeat(payload));
  latest_ = payload;
  return std::to_string(++count_);
}

Result<Done> DirectStream::repeat(const transfer::SealedPayload& payload) {
  const std::string line = encode_sealed(payload) + "\n";
  for (std::string_view rest = line; !rest.empty();) {
    const ssize_t done = ::write(out_, rest.data(), rest.size());
    if (done < 0 && errno == EINTR) continue;
    if (done <= 0) return hung_up("standard output is closed");
    rest.remove_prefix(static_cast<std::size_t>(done));
  }
  return Done{};
}

}  // namespace keyferry::carrier
