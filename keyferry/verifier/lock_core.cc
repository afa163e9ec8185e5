// The C library calls back with this object as its context; it enters and leaves our mutex itself,
// around everything that it decides.
#include "keyferry/verifier/lock_core.h"

#include <algorithm>

#include "keyferry/digest/hash.h"
#include "keyferry/digest/random.h"
#include "keyferry/file/file.h"
#include "keyferry/process/log.h"

namespace keyferry::verifier {
namespace {

constexpr std::size_t kCodeDigits = 8;

LockCore& self(void* context) {
  return *static_cast<LockCore*>(context);
}

std::uint32_t milliseconds() {
  const auto since = std::chrono::steady_clock::now().time_since_epoch();
  return static_cast<std::uint32_t>(
      std::chrono::duration_cast<std::chrono::milliseconds>(since).count());
}

// draw_code is uniform: a remainder would make some digits likelier.
SecretBytes draw_code() {
  Bytes digits;
  while (digits.size() < kCodeDigits) {
    const SecretBytes octet = digest::random_secret(1);
    if (octet.expose()[0] < 250) {
      digits.push_back(static_cast<std::uint8_t>('0' + octet.expose()[0] % 10));
    }
  }
  return SecretBytes(std::move(digits));
}

bool is_code(ByteView text) {
  return text.size() >= kCodeDigits && text.size() <= 32 &&
         std::all_of(text.begin(), text.end(), [](auto c) { return c >= '0' && c <= '9'; });
}

}  // namespace

LockCore::LockCore(std::filesystem::path folder, std::unique_ptr<LockClock> clock, Decided decided)
    : folder_(std::move(folder)), clock_(std::move(clock)), decided_(std::move(decided)) {
  lock_.platform = &platform();
  lock_.context = this;
}

Result<std::unique_ptr<LockCore>> LockCore::open(std::filesystem::path folder,
                                                 std::unique_ptr<LockClock> clock,
                                                 Decided decided) {
  std::unique_ptr<LockCore> core(
      new LockCore(std::move(folder), std::move(clock), std::move(decided)));
  KF_TRY(core->load());
  return core;
}

Result<Done> LockCore::load() {
  KF_TRY(file::make_directory(folder_, 0700));
  file::sweep(folder_);
  KF_TRY(auto records, LockRecords::open(folder_ / "records"));
  records_ = std::move(records);
  KF_TRY(load_code());
  std::error_code ignored;
  if (std::filesystem::exists(folder_ / "reset", ignored)) return forget();
  return load_key();
}

Result<Done> LockCore::load_key() {
  auto scalar = file::read_secret(folder_ / "key", 64);
  if (scalar) {
    auto key = crypto::PrivateKey::from_secret(crypto::KeyType::p256, *scalar);
    if (!key) return in_context("reading " + (folder_ / "key").string(), key.error());
    use_key(*std::move(key));
    return Done{};
  }
  if (scalar.error().code != Errc::not_found) return scalar.error();
  auto key = crypto::PrivateKey::generate(crypto::KeyType::p256);
  KF_TRY(file::replace_secret(folder_ / "key", key.secret().expose()));
  use_key(std::move(key));
  return Done{};
}

Result<Done> LockCore::load_code() {
  const auto path = folder_ / "code";
  auto code = file::read_secret(path, 64);
  if (!code && code.error().code == Errc::not_found) {
    code_ = draw_code();
    return file::replace_secret(path, code_.expose());
  }
  if (!code) return code.error();
  const ByteView text = code->expose();
  const bool line = !text.empty() && text.back() == '\n';
  code_ = SecretBytes::copy(text.first(text.size() - (line ? 1 : 0)));
  if (is_code(code_.expose())) return Done{};
  return fail(Errc::invalid, path.string() + " must hold 8 to 32 digits");
}

void LockCore::use_key(crypto::PrivateKey key) {
  crypto_.emplace(std::move(key));
  const auto octets = crypto_->public_key();
  std::copy(octets.begin(), octets.end(), lock_.key);
}

// The mark stands until all is done: whatever is cut short, the next start does it again.
Result<Done> LockCore::forget() {
  KF_TRY(file::replace(folder_ / "reset", {}, 0600));
  auto key = crypto::PrivateKey::generate(crypto::KeyType::p256);
  KF_TRY(records_->forget());
  KF_TRY(file::replace_secret(folder_ / "key", key.secret().expose()));
  use_key(std::move(key));
  return file::erase(folder_ / "reset");
}

//= spec:lock#4-reset
Result<Done> LockCore::reset() {
  const std::lock_guard lock(mutex_);
  ++generation_;
  return forget();
}

bool LockCore::start(kfl_session& session, std::string_view door) const {
  const std::lock_guard lock(mutex_);
  return kfl_start(&session, &lock_, bytes_of(door).data(), door.size()) == 1;
}

Bytes LockCore::key() const {
  const std::lock_guard lock(mutex_);
  return Bytes(lock_.key, lock_.key + KFL_KEY);
}

Bytes LockCore::door_id(std::string_view name) const {
  ByteArray<32> print;
  require(kfl_thumbprint(&lock_, key().data(), print.data()) == 1, "a key has a thumbprint");
  Bytes out;
  out.reserve(KFL_DOOR_MOST);
  append(out, ByteView(print).first(16));
  append(out, bytes_of(name));
  return out;
}

unsigned LockCore::generation() const {
  const std::lock_guard lock(mutex_);
  return generation_;
}

Result<std::vector<Bytes>> LockCore::owners() const {
  std::vector<Bytes> out;
  for (unsigned place = 0; place < KFL_OWNERS; ++place) {
    Bytes print(32), owner_key(KFL_KEY);
    const int found = kfl_owner(&lock_, place, print.data(), owner_key.data());
    if (found < 0) return fail(Errc::io, "the owners cannot be read");
    if (found == 1) out.push_back(std::move(print));
  }
  return out;
}

std::size_t LockCore::roots() const {
  const std::lock_guard lock(mutex_);
  std::size_t count = 0;
  for (unsigned i = 0; i < KFL_ROOTS; ++i) {
    count += records_->read(KFL_RECORD_ROOT + i).empty() ? 0 : 1;
  }
  return count;
}

std::uint64_t LockCore::writes() const {
  const std::lock_guard lock(mutex_);
  return records_->writes();
}

Result<Done> LockCore::add_first_owner(ByteView owner) {
  require(owner.size() == KFL_KEY, "a key is x ‖ y");
  KF_TRY(const auto all, owners());
  if (!all.empty()) return fail(Errc::conflict, "the lock has an owner already");
  switch (kfl_add_owner(&lock_, owner.data())) {
    case KFL_DONE:
      return Done{};
    case KFL_POINT:
      return fail(Errc::invalid, "the owner's key is not a point of the curve");
    default:
      return fail(Errc::io, "the owner could not be stored");
  }
}

const kfl_platform& LockCore::platform() {
  static const kfl_platform callbacks = [] {
    kfl_platform p{};
    p.hash = [](void*, const kfl_part* parts, std::size_t count, std::uint8_t* out) {
      const auto digest = LockCrypto::hash(parts, count);
      std::copy(digest.begin(), digest.end(), out);
      return 1;
    };
    p.verify = [](void*, const std::uint8_t* key, const std::uint8_t* digest,
                  const std::uint8_t* signature) {
      return LockCrypto::verify({key, KFL_KEY}, {digest, 32}, {signature, 64});
    };
    p.agree = [](void* context, const std::uint8_t* other, std::uint8_t* shared) {
      const auto x = self(context).crypto_->agree({other, KFL_KEY});
      if (x) std::copy(x->expose().begin(), x->expose().end(), shared);
      return x ? 1 : 0;
    };
    p.open = [](void*, const std::uint8_t* key, const std::uint8_t* nonce, std::uint8_t* data,
                std::size_t size) {
      return LockCrypto::open({key, 32}, {nonce, 12}, data, size) ? 1 : 0;
    };
    p.seal = [](void*, const std::uint8_t* key, const std::uint8_t* nonce, std::uint8_t* data,
                std::size_t size) {
      LockCrypto::seal({key, 32}, {nonce, 12}, data, size);
      return 1;
    };
    p.random = [](void*, std::uint8_t* out, std::size_t size) {
      digest::random_fill(std::span(out, size));
      return 1;
    };
    p.clock = [](void* context, kfl_time* out) {
      const auto now = self(context).clock_->now();
      if (now) *out = *now;
      return now ? 1 : 0;
    };
    p.set_clock = [](void* context, std::uint32_t seconds) {
      return self(context).clock_->set(seconds) ? 1 : 0;
    };
    p.ticks = [](void*) { return milliseconds(); };
    p.read = [](void* context, unsigned number, std::size_t at, std::uint8_t* out,
                std::size_t size) {
      const ByteView record = self(context).records_->read(number);
      if (at >= record.size()) return 0;
      const ByteView some = record.subspan(at, std::min(size, record.size() - at));
      std::copy(some.begin(), some.end(), out);
      return static_cast<int>(some.size());
    };
    p.write = [](void* context, unsigned number, const std::uint8_t* data, std::size_t size) {
      const auto written = self(context).records_->replace(number, ByteView(data, size));
      if (written) return 1;
      process::log_event(process::LogLevel::error, "write_failed",
                         {{"detail", written.error().detail}});
      return 0;
    };
    p.enter = [](void* context) { self(context).mutex_.lock(); };
    p.leave = [](void* context) { self(context).mutex_.unlock(); };
    p.decided = [](void* context, const kfl_event* event) { self(context).decided_(*event); };
    return p;
  }();
  return callbacks;
}

}  // namespace keyferry::verifier
