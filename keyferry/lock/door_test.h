// A lock in memory, whose clock, storage and luck the test decides.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "keyferry/base/error.h"
#include "keyferry/lock/crypto_test.h"

namespace keyferry::lock {

struct Decision {
  kfl_subject subject{};
  std::string reason;
  bool verified = false;
  int links = 0, link = 0, op = 0;
  std::string label;
  Bytes owner, root, holder;
};

class TestLock {
 public:
  explicit TestLock(ByteView scalar) : crypto_(TestCrypto::make(scalar)) {
    lock_.platform = &platform();
    lock_.context = this;
    const Bytes key = crypto_->public_key();
    std::copy(key.begin(), key.end(), lock_.key);
  }
  TestLock(const TestLock&) = delete;
  TestLock& operator=(const TestLock&) = delete;

  const kfl_lock& lock() const { return lock_; }
  Bytes public_key() const { return crypto_->public_key(); }

  std::map<unsigned, Bytes> records;
  std::optional<std::uint32_t> time = 1'800'000'000;
  std::int16_t offset = 0;
  std::uint32_t ticks = 0;
  std::deque<Bytes> random;  // what is drawn next; then a counter
  std::vector<Decision> decisions;
  int opened = 0;
  int writes = 0;       // so far
  int fail_write = -1;  // the write with this number fails
  // Power is lost at the write with this number, before or after it is durable. What comes after
  // happens to nobody: `left` holds the records that the next start finds.
  int lose_power_before = -1;
  int lose_power_after = -1;
  std::optional<std::map<unsigned, Bytes>> left;
  int fail_hash = -1;  // the hash with this number fails
  int hashes = 0;
  int fail_read = -1;
  int reads = 0;
  bool settable = true;
  std::function<void()> in_decided;

  Bytes record(unsigned number) const {
    const auto found = records.find(number);
    return found == records.end() ? Bytes() : found->second;
  }

 private:
  static TestLock& self(void* context) { return *static_cast<TestLock*>(context); }
  static Bytes copy(const std::uint8_t* data, std::size_t size) {
    return data == nullptr ? Bytes() : Bytes(data, data + size);
  }
  static const kfl_platform& platform();
  int draw(std::uint8_t* out, std::size_t size) {
    Bytes octets(size);
    if (!random.empty()) {
      octets = random.front();
      random.pop_front();
    } else {
      octets.back() = static_cast<std::uint8_t>(drawn_);
      octets[0] = static_cast<std::uint8_t>(drawn_ >> 8);
    }
    ++drawn_;
    require(octets.size() == size, "the test draws what is asked for");
    std::copy(octets.begin(), octets.end(), out);
    return 1;
  }
  int read(unsigned number, std::size_t at, std::uint8_t* out, std::size_t size) {
    require(number < KFL_RECORDS && size > 0, "the library reads records");
    if (reads++ == fail_read) return -1;
    const Bytes all = record(number);
    if (at >= all.size()) return 0;
    const std::size_t some = std::min(size, all.size() - at);
    std::copy_n(all.begin() + static_cast<std::ptrdiff_t>(at), some, out);
    return static_cast<int>(some);
  }
  int write(unsigned number, const std::uint8_t* data, std::size_t size) {
    require(number < KFL_RECORDS && size <= KFL_RECORD_MOST, "the library writes records");
    require(held_, "writes happen inside enter and leave");
    if (writes == lose_power_before) left = records;
    if (writes == fail_write) {
      ++writes;
      return 0;
    }
    records[number] = copy(data, size);
    if (writes++ == lose_power_after) left = records;
    return 1;
  }
  void decided(const kfl_event& event) {
    require(held_, "decisions are told inside enter and leave");
    const std::string label =
        event.label == nullptr ? "" : std::string(event.label, event.label + event.label_size);
    decisions.push_back({event.subject, kfl_reason_name(event.reason), event.verified == 1,
                         event.links, event.link, event.op, label, copy(event.owner, 32),
                         copy(event.root, 16), copy(event.holder, 16)});
    if (event.reason == KFL_OPENED && !left) ++opened;
    if (in_decided) in_decided();
  }

  std::unique_ptr<TestCrypto> crypto_;
  kfl_lock lock_{};
  std::uint32_t drawn_ = 0;
  std::mutex mutex_;
  bool held_ = false;
};

inline const kfl_platform& TestLock::platform() {
  static const kfl_platform callbacks = [] {
    kfl_platform p{};
    p.hash = [](void* c, const kfl_part* parts, std::size_t count, std::uint8_t* out) {
      if (self(c).hashes++ == self(c).fail_hash) return 0;
      return self(c).crypto_->hash(parts, count, out);
    };
    p.verify = [](void* c, const std::uint8_t* key, const std::uint8_t* digest,
                  const std::uint8_t* signature) {
      return self(c).crypto_->verify(key, digest, signature);
    };
    p.agree = [](void* c, const std::uint8_t* other, std::uint8_t* shared) {
      return self(c).crypto_->agree(other, shared);
    };
    p.open = [](void* c, const std::uint8_t* key, const std::uint8_t* nonce, std::uint8_t* data,
                std::size_t size) { return self(c).crypto_->open(key, nonce, data, size); };
    p.seal = [](void* c, const std::uint8_t* key, const std::uint8_t* nonce, std::uint8_t* data,
                std::size_t size) { return self(c).crypto_->seal(key, nonce, data, size); };
    p.random = [](void* c, std::uint8_t* out, std::size_t size) { return self(c).draw(out, size); };
    p.clock = [](void* c, kfl_time* out) {
      out->seconds = self(c).time.value_or(0);
      out->offset = self(c).offset;
      return self(c).time.has_value() ? 1 : 0;
    };
    p.set_clock = [](void* c, std::uint32_t seconds) {
      if (!self(c).settable) return 0;
      self(c).time = seconds;
      return 1;
    };
    p.ticks = [](void* c) { return self(c).ticks; };
    p.read = [](void* c, unsigned number, std::size_t at, std::uint8_t* out, std::size_t size) {
      return self(c).read(number, at, out, size);
    };
    p.write = [](void* c, unsigned number, const std::uint8_t* data, std::size_t size) {
      return self(c).write(number, data, size);
    };
    p.enter = [](void* c) {
      self(c).mutex_.lock();
      self(c).held_ = true;
    };
    p.leave = [](void* c) {
      self(c).held_ = false;
      self(c).mutex_.unlock();
    };
    p.decided = [](void* c, const kfl_event* event) { self(c).decided(*event); };
    return p;
  }();
  return callbacks;
}

struct Frame {
  int type = 0;
  Bytes body;
};

// Talk is one session, from outside: whole frames in, whole frames out.
class Talk {
 public:
  explicit Talk(const TestLock& lock, std::string_view door = "front") {
    require(kfl_start(&session_, &lock.lock(), bytes_of(door).data(), door.size()) == 1,
            "a session starts");
  }
  ~Talk() { kfl_end(&session_); }
  Talk(const Talk&) = delete;
  Talk& operator=(const Talk&) = delete;

  // say sends a frame in pieces of `most` octets and returns what answers: type 0 if the lock ended
  // the session.
  Frame say(int type, ByteView body = {}, std::size_t most = KFL_PIECE_MOST) {
    Bytes frame{static_cast<std::uint8_t>(type), static_cast<std::uint8_t>(body.size() >> 8),
                static_cast<std::uint8_t>(body.size())};
    frame.insert(frame.end(), body.begin(), body.end());
    kfl_progress progress = KFL_MORE;
    for (std::size_t at = 0; at < frame.size(); at += most - 1) {
      const std::size_t size = std::min(most - 1, frame.size() - at);
      Bytes piece{static_cast<std::uint8_t>(at + size < frame.size() ? 1 : 0)};
      piece.insert(piece.end(), frame.begin() + static_cast<std::ptrdiff_t>(at),
                   frame.begin() + static_cast<std::ptrdiff_t>(at + size));
      progress = kfl_receive(&session_, piece.data(), piece.size());
      if (progress == KFL_ENDED) return {};
    }
    return progress == KFL_ANSWERS ? answer(most) : Frame{-static_cast<int>(progress), {}};
  }
  kfl_progress piece(ByteView octets) {
    return kfl_receive(&session_, octets.data(), octets.size());
  }
  Frame answer(std::size_t most = KFL_PIECE_MOST) {
    Bytes all, piece(KFL_PIECE_MOST);
    while (const std::size_t size = kfl_send(&session_, piece.data(), most)) {
      require(size >= 2 && size <= most, "a piece fits");
      all.insert(all.end(), piece.begin() + 1, piece.begin() + static_cast<std::ptrdiff_t>(size));
    }
    require(all.size() >= 3 && all.size() == 3u + all[1] * 256u + all[2], "a frame is whole");
    return {all[0], Bytes(all.begin() + 3, all.end())};
  }
  // hello returns the lock's message.
  Bytes hello() {
    const Frame frame = say(1);
    require(frame.type == 2, "the lock speaks");
    return frame.body;
  }
  kfl_session& session() { return session_; }

 private:
  kfl_session session_{};
};

}  // namespace keyferry::lock
