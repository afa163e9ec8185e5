// Target: what a stranger sends to a lock (keyferry/lock). The first octet says what the rest is:
// pieces, each behind its length; a plain answer; a list that an owner or a root's holder brings.
// Signatures and tags are good whatever they say, so that the fuzzer gets behind them; hashes are
// real. Whatever comes, the lock reads and writes inside its memory, writes at most once before the
// door opens, and a session that has ended stays so.
#include <algorithm>
#include <map>

#include "keyferry/base/error.h"
#include "keyferry/base/hex.h"
#include "keyferry/digest/hash.h"
#include "keyferry/lock/keyferry_lock.h"

namespace {

using namespace keyferry;

struct Door {
  std::map<unsigned, Bytes> records;
  int writes = 0, opened = 0;
};

Door& self(void* context) {
  return *static_cast<Door*>(context);
}

int hash(void*, const kfl_part* parts, std::size_t count, std::uint8_t* out) {
  digest::Sha256Stream stream;
  for (std::size_t i = 0; i < count; ++i) stream.update(ByteView(parts[i].data, parts[i].size));
  const auto digest = stream.finish();
  std::copy(digest.begin(), digest.end(), out);
  return 1;
}

int read_record(void* context, unsigned number, std::size_t at, std::uint8_t* out,
                std::size_t size) {
  const Bytes& record = self(context).records[number];
  if (at >= record.size()) return 0;
  const std::size_t some = std::min(size, record.size() - at);
  std::copy_n(record.begin() + static_cast<std::ptrdiff_t>(at), some, out);
  return static_cast<int>(some);
}

int write_record(void* context, unsigned number, const std::uint8_t* data, std::size_t size) {
  require(number < KFL_RECORDS && size <= KFL_RECORD_MOST, "a record has its size");
  self(context).records[number].assign(data, data + size);
  ++self(context).writes;
  return 1;
}

kfl_platform callbacks() {
  kfl_platform p{};
  p.hash = hash;
  p.verify = [](void*, const std::uint8_t*, const std::uint8_t*, const std::uint8_t* signature) {
    return signature[63] == 0xff ? 0 : 1;
  };
  p.agree = [](void*, const std::uint8_t* other, std::uint8_t* shared) {
    std::copy_n(other, 32, shared);
    return other[0] == 0xff ? 0 : 1;
  };
  p.open = [](void*, const std::uint8_t*, const std::uint8_t*, std::uint8_t* data,
              std::size_t size) { return data[size - 1] == 0xff ? 0 : 1; };
  p.seal = [](void*, const std::uint8_t*, const std::uint8_t*, std::uint8_t* data,
              std::size_t size) {
    std::fill_n(data + size - 16, 16, std::uint8_t{0});
    return 1;
  };
  p.random = [](void*, std::uint8_t* out, std::size_t size) {
    std::fill_n(out, size, std::uint8_t{7});
    return 1;
  };
  p.clock = [](void*, kfl_time* out) {
    *out = {1'800'000'000, 60};
    return 1;
  };
  p.ticks = [](void*) { return 1u; };
  p.read = read_record;
  p.write = write_record;
  p.decided = [](void* context, const kfl_event* event) {
    require(event->reason >= 0 && event->reason < KFL_REASONS, "a reason has a name");
    require(event->label == nullptr || event->label_size <= KFL_LABEL_MOST, "a label has its size");
    self(context).opened += event->reason == KFL_OPENED ? 1 : 0;
  };
  return p;
}

// The lock and the owner of tests/vectors/delegation.
Bytes point(const char* text) {
  return parse_hex(text).value();
}
const Bytes& lock_key() {
  static const Bytes key = point(
      "0ccb3e88b2ea1ccb0be0451da1281d04e91ba67df892bd2803fd0b8c968238e6"
      "cc4569f825ea059b964077fed74fe6bd2ae79c7a0613757b1ac96b800ab10a4d");
  return key;
}
const Bytes& owner_key() {
  static const Bytes key = point(
      "c2a210f0e41d18a5aeaa807470cb631fb89c4de6a9da4f3174b1b4e99470c2fe"
      "1303f6b11a5fc19b82985a863087cac04c11bb4748ebb1489a94e99b06768053");
  return key;
}

kfl_progress say(kfl_session& session, std::uint8_t type, ByteView body) {
  Bytes frame{type, static_cast<std::uint8_t>(body.size() >> 8),
              static_cast<std::uint8_t>(body.size())};
  frame.insert(frame.end(), body.begin(), body.end());
  kfl_progress progress = KFL_MORE;
  for (std::size_t at = 0; at < frame.size() && progress == KFL_MORE; at += 239) {
    const std::size_t size = std::min<std::size_t>(239, frame.size() - at);
    Bytes piece{static_cast<std::uint8_t>(at + size < frame.size())};
    piece.insert(piece.end(), frame.begin() + static_cast<std::ptrdiff_t>(at),
                 frame.begin() + static_cast<std::ptrdiff_t>(at + size));
    progress = kfl_receive(&session, piece.data(), piece.size());
  }
  return progress;
}

void drain(kfl_session& session) {
  Bytes piece(KFL_PIECE_MOST);
  while (kfl_send(&session, piece.data(), piece.size()) > 0) {
  }
}

void stream(kfl_session& session, ByteView input) {
  bool ended = false;
  for (std::size_t at = 0; at < input.size();) {
    const std::size_t size = std::min<std::size_t>(input[at], input.size() - at - 1);
    const Bytes piece(input.begin() + static_cast<std::ptrdiff_t>(at + 1),
                      input.begin() + static_cast<std::ptrdiff_t>(at + 1 + size));
    const kfl_progress progress = kfl_receive(&session, piece.data(), piece.size());
    require(!ended || progress == KFL_ENDED, "an ended session stays so");
    ended = progress == KFL_ENDED;
    if (progress == KFL_ANSWERS) drain(session);
    at += 1 + size;
  }
}

void bring(kfl_session& session, ByteView list) {
  Bytes body = copy_of(list);
  body.resize(body.size() + 16);
  if (body.size() > KFL_BODY_MOST) return;
  say(session, 7, body);
  drain(session);
}

// Lets the owner in by an answer whose signature nobody checks.
void as_owner(kfl_session& session, const kfl_lock& lock) {
  std::uint8_t print[32];
  require(kfl_thumbprint(&lock, owner_key().data(), print) == 1, "a key has a thumbprint");
  Bytes plain{0x82, 0x80, 0x84, 0x58, 0x26, 0xa2, 0x01, 0x26, 0x04, 0x58, 0x20};
  plain.insert(plain.end(), print, print + 32);
  for (const int octet : {0xa0, 0xf6, 0x58, 0x40})
    plain.push_back(static_cast<std::uint8_t>(octet));
  plain.resize(plain.size() + 64 + 16);
  Bytes body{0x82, 0x58, 0x40};
  body.resize(body.size() + 64);
  for (const int octet : {0x58, static_cast<int>(plain.size())}) {
    body.push_back(static_cast<std::uint8_t>(octet));
  }
  body.insert(body.end(), plain.begin(), plain.end());
  say(session, 1, {});
  drain(session);
  require(say(session, 4, body) == KFL_ANSWERS, "the owner is let in");
  drain(session);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  static const kfl_platform platform = callbacks();
  Door door;
  kfl_lock lock{&platform, &door, {}};
  std::copy(lock_key().begin(), lock_key().end(), lock.key);
  require(kfl_add_owner(&lock, owner_key().data()) == KFL_DONE, "an owner is added");
  door.writes = 0;
  kfl_session session;
  require(kfl_start(&session, &lock, bytes_of("front").data(), 5) == 1, "a session starts");
  const ByteView rest(data + 1, size - 1);
  if (data[0] == 0) {
    stream(session, rest);
  } else if (data[0] == 1 && rest.size() <= KFL_BODY_MOST) {
    say(session, 1, {});
    drain(session);
    say(session, 3, rest);
    require(door.writes <= 1, "an opening writes once at most");
  } else if (data[0] == 2) {
    as_owner(session, lock);
    bring(session, rest);
  } else if (data[0] == 3) {
    as_owner(session, lock);
    session.is_owner = 0;
    session.root_lives = 1;
    session.root[52] = 0xff;
    const Bytes holder = point(
        "a4010220012158209ac591eea3e7fc2ccaa5a1d14603c47c857605366be0116d"
        "764ee76b63f5761b225820117f6c9a187218dc91cf5bb24936c58aefb09a54e9"
        "fa998ea196322826f949b1");
    std::copy(holder.begin(), holder.end(), session.holder);
    bring(session, rest);
  }
  kfl_end(&session);
  return 0;
}
