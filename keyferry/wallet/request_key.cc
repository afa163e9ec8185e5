// Members in one fixed order, none left out: equal wishes give equal octets, different ones do not.
#include "keyferry/wallet/request_key.h"

#include <algorithm>

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

std::vector<std::string> comparisons_of_0_1(Comparison comparison) {
  switch (comparison) {
    case Comparison::words:
      return {"", " words"};
    case Comparison::code:
      return {" code"};
    case Comparison::code_and_words:
      return {" code words"};
    default:
      return {""};
  }
}

}  // namespace

RequestKey share_key(const std::string& persona, const std::string& credential,
                     const boost::json::object& order, const SenderOptions& options) {
  boost::json::object wish = wish_of(options);
  wish["credential"] = credential;
  wish["order"] = order;
  wish["note"] = options.note ? boost::json::value(*options.note) : nullptr;
  RequestKey request{keystore::transfer_id(persona, codec::encode_json(wish)), {}};
  const std::string_view form = options.plain                       ? " plain "
                                : keystore::suite_of(options.place) ? " dropbox "
                                                                    : " ";
  for (const std::string& comparison : comparisons_of_0_1(options.comparison)) {
    request.of_0_1.push_back(keystore::transfer_id(
        persona, "give " + credential + " " + codec::encode_json(order) + " " +
                     place_of_0_1(options) + (options.pin ? " pin" : "") + comparison +
                     std::string(form) + options.note.value_or("")));
  }
  return request;
}

RequestKey delegation_key(const std::string& persona, const std::string& holding,
                          const boost::json::object& rights, const std::string& window,
                          const SenderOptions& options) {
  boost::json::object wish = wish_of(options);
  wish["holding"] = holding;
  wish["rights"] = rights;
  wish["window"] = window;
  RequestKey request{keystore::transfer_id(persona, codec::encode_json(wish)), {}};
  for (const std::string& comparison : comparisons_of_0_1(options.comparison)) {
    request.of_0_1.push_back(
        keystore::transfer_id(persona, "delegate " + holding + " " + codec::encode_json(rights) +
                                           " " + window + " " + place_of_0_1(options) + comparison +
                                           (keystore::suite_of(options.place) ? " dropbox" : "")));
  }
  return request;
}

Result<std::optional<keystore::SenderRecord>> find_unfinished(const keystore::Home& home,
                                                              const RequestKey& request) {
  KF_TRY(std::vector<keystore::SenderRecord> all, keystore::load_sender_records(home));
  for (keystore::SenderRecord& record : all) {
    const bool same = record.request == request.key ||
                      std::find(request.of_0_1.begin(), request.of_0_1.end(), record.request) !=
                          request.of_0_1.end();
    if (same && !record.shown) return std::optional(std::move(record));
  }
  return std::optional<keystore::SenderRecord>();
}

}  // namespace keyferry::wallet
