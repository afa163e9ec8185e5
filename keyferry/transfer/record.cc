// The buffer grows into a new one and the old one is wiped: a vector's own growth would leave
// copies of secrets behind.
#include "keyferry/transfer/record.h"

#include <charconv>

#include <boost/json/array.hpp>

#include "keyferry/base/base64.h"
#include "keyferry/codec/json.h"
#include "keyferry/codec/ssh_wire.h"

namespace keyferry::transfer {
namespace {

constexpr std::uint8_t kVersion = 1;

Error damaged() {
  return fail(Errc::invalid, "the stored transfer is damaged");
}

boost::json::object encode_effect(const Effect& effect) {
  if (const auto* send = std::get_if<SendMessage>(&effect)) {
    return {{"send", encode_base64url(send->plaintext)}};
  }
  if (const auto* refuse = std::get_if<CallRefuse>(&effect)) return {{"refuse", refuse->share}};
  if (const auto* revoke = std::get_if<Revoke>(&effect)) return {{"revoke", revoke->share}};
  if (std::holds_alternative<DeleteMailbox>(effect)) return {{"delete", true}};
  if (std::holds_alternative<Relinquish>(effect)) return {{"relinquish", true}};
  const auto* ended = std::get_if<Ended>(&effect);
  require(ended != nullptr, "an ended transfer owes only closing effects");
  return {{"ended", ended->reason}, {"text", ended->text}, {"by_peer", ended->by_peer}};
}

Result<Effect> parse_effect(const boost::json::object& object) {
  if (object.contains("send")) {
    KF_TRY(Bytes plaintext, codec::octets_member(object, "send", 0));
    return Effect(SendMessage{std::move(plaintext)});
  }
  if (object.contains("refuse")) {
    KF_TRY(std::string share, codec::text_member(object, "refuse"));
    return Effect(CallRefuse{std::move(share)});
  }
  if (object.contains("revoke")) {
    KF_TRY(std::string share, codec::text_member(object, "revoke"));
    return Effect(Revoke{std::move(share)});
  }
  if (object.contains("delete")) return Effect(DeleteMailbox{});
  if (object.contains("relinquish")) return Effect(Relinquish{});
  Ended ended;
  KF_TRY(ended.reason, codec::text_member(object, "ended"));
  KF_TRY(ended.text, codec::text_member(object, "text"));
  KF_TRY(const std::optional<bool> by_peer, codec::optional_bool_member(object, "by_peer"));
  ended.by_peer = by_peer.value_or(false);
  return Effect(std::move(ended));
}

}  // namespace

RecordWriter::RecordWriter() {
  out_.reserve(4096);
  out_.push_back(kVersion);
}

void RecordWriter::raw(ByteView part) {
  if (out_.size() + part.size() > out_.capacity()) {
    Bytes grown;
    grown.reserve(2 * (out_.size() + part.size()));
    append(grown, out_);
    wipe(out_);
    out_ = std::move(grown);
  }
  append(out_, part);
}

void RecordWriter::octets(std::string_view name, ByteView value) {
  for (const ByteView part : {bytes_of(name), value}) {
    codec::SshWriter length;
    length.u32(static_cast<std::uint32_t>(part.size()));
    raw(length.bytes());
    raw(part);
  }
}

void RecordWriter::object(std::string_view name, const boost::json::object& value) {
  text(name, codec::encode_json(value));
}

void RecordWriter::effects(std::string_view name, const Effects& value) {
  boost::json::array list;
  for (const Effect& effect : value) list.emplace_back(encode_effect(effect));
  text(name, codec::encode_json(boost::json::object{{"effects", std::move(list)}}));
}

Result<RecordReader> RecordReader::parse(const SecretBytes& record) {
  codec::SshReader in(record.expose());
  RecordReader reader;
  KF_TRY(const std::uint8_t version, in.u8());
  if (version != kVersion) {
    return fail(Errc::invalid, "the stored transfer was made by a newer version of keyferry");
  }
  while (!in.at_end()) {
    KF_TRY(const ByteView name, in.string());
    KF_TRY(const ByteView value, in.string());
    const bool added =
        reader.values_.emplace(std::string(text_of(name)), SecretBytes::copy(value)).second;
    if (!added) return damaged();
  }
  return reader;
}

Result<SecretBytes> RecordReader::secret(std::string_view name) const {
  const auto found = values_.find(name);
  if (found == values_.end()) return damaged();
  return found->second.clone();
}

Result<std::string> RecordReader::text(std::string_view name) const {
  KF_TRY(const SecretBytes value, secret(name));
  return std::string(text_of(value.expose()));
}

Result<int> RecordReader::number(std::string_view name, int least, int most) const {
  KF_TRY(const std::string digits, text(name));
  int value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc() || end != digits.data() + digits.size() || value < least ||
      value > most) {
    return damaged();
  }
  return value;
}

Result<const boost::json::object*> RecordReader::object(std::string_view name) const {
  KF_TRY(const std::string json, text(name));
  KF_TRY(boost::json::object object, codec::parse_json_object(json, {1 << 20, 16}));
  return &(objects_[std::string(name)] = std::move(object));
}

Result<Effects> RecordReader::effects(std::string_view name) const {
  KF_TRY(const boost::json::object* object, this->object(name));
  const boost::json::value* list = object->if_contains("effects");
  if (list == nullptr || !list->is_array()) return damaged();
  Effects out;
  for (const boost::json::value& item : list->get_array()) {
    if (!item.is_object()) return damaged();
    KF_TRY(Effect effect, parse_effect(item.get_object()));
    out.push_back(std::move(effect));
  }
  return out;
}

}  // namespace keyferry::transfer
