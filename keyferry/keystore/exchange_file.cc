// The machine and the message that it sealed last are written in one step, so that no crash keeps
// one without the other.
#include "keyferry/keystore/exchange_file.h"

#include "keyferry/codec/json.h"
#include "keyferry/transfer/record.h"

namespace keyferry::keystore {
namespace {

boost::json::object encode_outgoing(const std::optional<Outgoing>& outgoing) {
  if (!outgoing) return {};
  return {{"type", outgoing->payload.type},
          {"data", outgoing->payload.data},
          {"request_id", outgoing->request_id},
          {"sent", outgoing->sent}};
}

Result<std::optional<Outgoing>> read_outgoing(const transfer::RecordReader& record) {
  KF_TRY(const boost::json::object* object, record.object("outgoing"));
  if (object->empty()) return std::optional<Outgoing>();
  Outgoing outgoing;
  KF_TRY(outgoing.plaintext, record.array<32>("plaintext"));
  KF_TRY(outgoing.payload.type, codec::text_member(*object, "type"));
  KF_TRY(outgoing.payload.data, codec::text_member(*object, "data"));
  KF_TRY(outgoing.request_id, codec::text_member(*object, "request_id"));
  KF_TRY(const auto sent, codec::optional_bool_member(*object, "sent"));
  outgoing.sent = sent.value_or(false);
  return std::optional(std::move(outgoing));
}

// An exchange that has nothing to do with Draft R has an empty one.
Result<std::optional<DropState>> read_drops(const transfer::RecordReader& record) {
  auto said = record.secret("drops_said");
  if (!said || said->empty()) return std::optional<DropState>();
  DropState drops;
  drops.said = *std::move(said);
  if (drops.said.size() < 2) return fail(Errc::invalid, "the stored transfer is damaged");
  KF_TRY(drops.read, record.text("drops_read"));
  KF_TRY(drops.written, record.text("drops_written"));
  return std::optional(std::move(drops));
}

Result<ExchangeFile> parse_exchange(const SecretBytes& octets) {
  KF_TRY(const transfer::RecordReader record, transfer::RecordReader::parse(octets));
  ExchangeFile exchange;
  KF_TRY(exchange.machine, record.secret("machine"));
  KF_TRY(exchange.outgoing, read_outgoing(record));
  KF_TRY(exchange.drops, read_drops(record));
  return exchange;
}

}  // namespace

Result<std::optional<ExchangeFile>> load_exchange(const Home& home, std::string_view id) {
  const file::Path path = home.exchange_file(id);
  const auto octets = file::read_secret(path);
  if (!octets && octets.error().code == Errc::not_found) return std::optional<ExchangeFile>();
  if (!octets) return in_context(path.string(), octets.error());
  auto exchange = parse_exchange(*octets);
  if (!exchange) return in_context(path.string(), exchange.error());
  return std::optional(*std::move(exchange));
}

//= spec:transfer#6-killed
Result<Done> save_exchange(const Home& home, std::string_view id, const ExchangeFile& exchange) {
  transfer::RecordWriter record;
  record.octets("machine", exchange.machine.expose());
  record.octets("plaintext", exchange.outgoing ? ByteView(exchange.outgoing->plaintext)
                                               : ByteView(digest::Sha256()));
  record.object("outgoing", encode_outgoing(exchange.outgoing));
  if (exchange.drops) {
    record.octets("drops_said", exchange.drops->said.expose());
    record.text("drops_read", exchange.drops->read);
    record.text("drops_written", exchange.drops->written);
  }
  const SecretBytes octets = record.take();
  return file::replace_secret(home.exchange_file(id), octets.expose());
}

//= spec:transfer#6-erased
Result<Done> erase_exchange(const Home& home, std::string_view id) {
  return file::erase(home.exchange_file(id));
}

}  // namespace keyferry::keystore
