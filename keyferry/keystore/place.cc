#include "keyferry/keystore/place.h"

namespace keyferry::keystore {

Place place_of(std::string relay, std::optional<transfer::DropSuite> suite, std::string file) {
  if (file == kStandardStreams) return AtStreams{};
  if (!file.empty()) return AtFile{std::move(file)};
  if (suite) return AtDropbox{std::move(relay), *suite};
  return AtMailbox{std::move(relay)};
}

std::string relay_of(const Place& place) {
  if (const auto* mailbox = std::get_if<AtMailbox>(&place)) return mailbox->relay;
  if (const auto* dropbox = std::get_if<AtDropbox>(&place)) return dropbox->relay;
  return "";
}

std::optional<transfer::DropSuite> suite_of(const Place& place) {
  const auto* dropbox = std::get_if<AtDropbox>(&place);
  return dropbox != nullptr ? std::optional(dropbox->suite) : std::nullopt;
}

std::string file_of(const Place& place) {
  if (const auto* file = std::get_if<AtFile>(&place)) return file->path;
  return std::holds_alternative<AtStreams>(place) ? std::string(kStandardStreams) : "";
}

}  // namespace keyferry::keystore
