// `v` is looked at before the other members of `keyferry`, so a message of a newer version is
// called that and not damaged.
#include "keyferry/transfer/envelope.h"

#include <algorithm>

#include "keyferry/base/base64.h"
#include "keyferry/codec/json.h"
#include "keyferry/codec/text.h"

namespace keyferry::transfer {
namespace {

constexpr std::size_t kMostDepth = 8;

Error as_damaged(Error error) {
  error.reason = "damaged";
  return in_context("the message inside the link is damaged", std::move(error));
}

template <std::size_t N>
Result<ByteArray<N>> octets(const boost::json::object& object, std::string_view name) {
  KF_TRY(const Bytes bytes, codec::octets_member(object, name, N));
  ByteArray<N> out{};
  std::copy(bytes.begin(), bytes.end(), out.begin());
  return out;
}

Result<Side> side_member(const boost::json::object& object) {
  KF_TRY(const std::string from, codec::text_member(object, "from"));
  if (from == "sender") return Side::sender;
  if (from == "receiver") return Side::receiver;
  return fail(Errc::invalid, "member \"from\" must be \"sender\" or \"receiver\"");
}

Result<Done> check_version(const boost::json::object& object) {
  const boost::json::value* version = object.if_contains("v");
  const bool integer = version != nullptr && (version->is_int64() || version->is_uint64());
  if (!integer) return as_damaged(fail(Errc::invalid, "member \"v\" must be an integer"));
  if (version->is_int64() && version->get_int64() == 1) return Done{};
  return fail(Errc::invalid,
              "this share was made by a newer version of keyferry: update yours, or ask the sender "
              "for a share that version 1 can read",
              "version");
}

Result<Routing> parse_routing(const boost::json::object& object) {
  Routing routing;
  KF_TRY(routing.type, codec::text_member(object, "type"));
  KF_TRY(routing.transfer, octets<16>(object, "transfer"));
  KF_TRY(routing.from, side_member(object));
  KF_TRY(const std::int64_t seq, codec::integer_member(object, "seq", 0, 255));
  routing.seq = static_cast<std::uint8_t>(seq);
  KF_TRY(routing.mailbox, codec::optional_text_member(object, "mailbox"));
  if (object.contains("prev")) {
    KF_TRY(routing.prev, octets<32>(object, "prev"));
  }
  return routing;
}

Result<Envelope> parse_members(const boost::json::object& object) {
  Envelope envelope;
  KF_TRY(envelope.format, codec::text_member(object, "format"));
  KF_TRY(const boost::json::object* content, codec::object_member(object, "content"));
  envelope.content = *content;
  KF_TRY(const boost::json::object* routing, codec::optional_object_member(object, "keyferry"));
  if (routing != nullptr) {
    if (auto fine = check_version(*routing); !fine) return fine.error();
    KF_TRY(envelope.routing, parse_routing(*routing));
  }
  return envelope;
}

boost::json::object encode_routing(const Routing& routing) {
  boost::json::object object{
      {"v", 1},
      {"type", routing.type},
      {"transfer", encode_base64url(routing.transfer)},
      {"from", routing.from == Side::sender ? "sender" : "receiver"},
      {"seq", routing.seq},
  };
  if (routing.mailbox) object["mailbox"] = *routing.mailbox;
  if (routing.prev) object["prev"] = encode_base64url(*routing.prev);
  return object;
}

}  // namespace

//= spec:transfer#2-plaintext
Result<Envelope> parse_envelope(ByteView plaintext) {
  auto object = codec::parse_json_object(text_of(plaintext), {kMostPlaintext, kMostDepth});
  if (!object) return as_damaged(object.error());
  auto envelope = parse_members(*object);
  if (!envelope && envelope.error().reason != "version") return as_damaged(envelope.error());
  return envelope;
}

Result<Bytes> encode_envelope(const Envelope& envelope) {
  boost::json::object object{{"format", envelope.format}, {"content", envelope.content}};
  if (envelope.routing) object["keyferry"] = encode_routing(*envelope.routing);
  const std::string text = codec::encode_json(object);
  if (text.size() > kMostPlaintext) {
    return fail(Errc::too_large,
                "the message is longer than 32 KiB: shorten the rights or the note");
  }
  return copy_of(bytes_of(text));
}

}  // namespace keyferry::transfer
