// Members in one fixed order, none left out: equal wishes give equal octets, different ones do not.
#include "keyferry/wallet/request_key.h"

#include "keyferry/codec/json.h"
#include "keyferry/keystore/receiver_record.h"

namespace keyferry::wallet {
namespace {

std::string_view name_of(Comparison comparison) {
  switch (comparison) {
    case Comparison::none:
      return "none";
    case Comparison::words:
      return "words";
    case Comparison::code:
      return "code";
    case Comparison::code_and_words:
      return "code and words";
  }
  return "";
}

boost::json::object wish_of(const SenderOptions& options) {
  const auto suite = keystore::suite_of(options.place);
  return {{"relay", keystore::relay_of(options.place)},
          {"suite", suite ? transfer::encode_suite(*suite) : ""},
          {"file", keystore::file_of(options.place)},
          {"notify", options.notify},
          {"comparison", name_of(options.comparison)},
          {"pin", options.pin},
          {"plain", options.plain}};
}

std::string place_of_0_1(const SenderOptions& options) {
  return keystore::relay_of(options.place) + keystore::file_of(options.place) + options.notify;
}

std::string comparison_of_0_1(Comparison comparison) {
  const bool code = comparison == Comparison::code || comparison == Comparison::code_and_words;
  return std::string(code ? " code" : "") +
         (comparison == Comparison::code_and_words ? " words" : "");
}

}  // namespace

RequestKey share_key(const std::string& persona, const std::string& credential,
                     const boost::json::object& order, const SenderOptions& options) {
  boost::json::object wish = wish_of(options);
  wish["credential"] = credential;
  wish["order"] = order;
  wish["note"] = options.note ? boost::json::value(*options.note) : nullptr;
  std::string before = "give " + credential + " " + codec::encode_json(order) + " " +
                       place_of_0_1(options) + (options.pin ? " pin" : "") +
                       comparison_of_0_1(options.comparison);
  before += options.plain ? " plain " : keystore::suite_of(options.place) ? " dropbox " : " ";
  before += options.note.value_or("");
  return {keystore::transfer_id(persona, codec::encode_json(wish)),
          keystore::transfer_id(persona, before)};
}

RequestKey delegation_key(const std::string& persona, const std::string& holding,
                          const boost::json::object& rights, const std::string& window,
                          const SenderOptions& options) {
  boost::json::object wish = wish_of(options);
  wish["holding"] = holding;
  wish["rights"] = rights;
  wish["window"] = window;
  const std::string before = "delegate " + holding + " " + codec::encode_json(rights) + " " +
                             window + " " + place_of_0_1(options) +
                             comparison_of_0_1(options.comparison) +
                             (keystore::suite_of(options.place) ? " dropbox" : "");
  return {keystore::transfer_id(persona, codec::encode_json(wish)),
          keystore::transfer_id(persona, before)};
}

Result<std::optional<keystore::SenderRecord>> find_unfinished(const keystore::Home& home,
                                                              const RequestKey& request) {
  KF_TRY(std::vector<keystore::SenderRecord> all, keystore::load_sender_records(home));
  for (keystore::SenderRecord& record : all) {
    const bool same = record.request == request.key || record.request == request.of_0_1;
    if (same && !record.shown) return std::optional(std::move(record));
  }
  return std::optional<keystore::SenderRecord>();
}

}  // namespace keyferry::wallet
