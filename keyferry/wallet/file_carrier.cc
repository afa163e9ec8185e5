#include "keyferry/wallet/file_carrier.h"

#include "keyferry/base/base64.h"
#include "keyferry/codec/json.h"
#include "keyferry/digest/hash.h"

namespace keyferry::wallet {
namespace {

constexpr std::size_t kMostOctets = 128 * 1024;
constexpr unsigned kMode = 0644;  // sealed: whoever carries it may read it

std::string encode(const transfer::SealedPayload& payload) {
  return codec::encode_json(boost::json::object{{"type", payload.type}, {"data", payload.data}});
}

std::string version_of(std::string_view text) {
  return encode_base64url(digest::sha256(bytes_of(text)));
}

Result<transfer::SealedPayload> parse(std::string_view text) {
  KF_TRY(const boost::json::object object, codec::parse_json_object(text, {kMostOctets, 4}));
  transfer::SealedPayload payload;
  KF_TRY(payload.type, codec::text_member(object, "type"));
  KF_TRY(payload.data, codec::text_member(object, "data"));
  return payload;
}

}  // namespace

Result<Done> FileCarrier::create(const transfer::SealedPayload& payload) {
  const std::string text = encode(payload);
  const auto made = file::create_new(path_, bytes_of(text), kMode);
  if (made || made.error().code != Errc::conflict) return made;
  const auto there = file::read_text(path_, kMostOctets);
  if (there && *there == text) return Done{};
  return made;
}

Result<std::optional<Arrived>> FileCarrier::receive(const std::string& version, bool) {
  const auto text = file::read_text(path_, kMostOctets);
  if (!text) return std::optional<Arrived>();
  std::string now = version_of(*text);
  auto payload = parse(*text);
  if (!payload || now == version) return std::optional<Arrived>();
  return std::optional(Arrived{*std::move(payload), std::move(now)});
}

Result<std::string> FileCarrier::send(const transfer::SealedPayload& payload, const std::string&,
                                      const std::string& version) {
  const std::string text = encode(payload);
  const auto there = file::read_text(path_, kMostOctets);
  const bool done = there && *there == text;
  if (!done && there && !version.empty() && version_of(*there) != version) {
    return fail(Errc::precondition_failed, "the file holds another message by now");
  }
  if (!done) {
    KF_TRY(file::replace(path_, bytes_of(text), kMode));
  }
  return version_of(text);
}

void FileCarrier::close() {
  static_cast<void>(file::erase(path_).has_value());
}

}  // namespace keyferry::wallet
