// Where the messages of a share travel: one value, in options and records alike. What is done at
// each place is wallet/transport.h; who reads, prints or stores a place uses the names below.
#pragma once

#include <optional>
#include <string>
#include <variant>

#include "keyferry/transfer/drop_exchange.h"

namespace keyferry::keystore {

// AtMailbox is a mailbox of a v1 relay. `relay` is its base address; empty in what a person asks
// for: let the wallet choose.
struct AtMailbox {
  std::string relay;
};
// AtDropbox is the dropbox of a relay (Draft R): every message lies somewhere else.
struct AtDropbox {
  std::string relay;
  transfer::DropSuite suite = transfer::DropSuite::aes_256;
};
// AtFile is one file that both sides can reach, by its absolute path; a QR picture if it ends in
// .png.
struct AtFile {
  std::string path;
};
// AtStreams are standard input and output of the command.
struct AtStreams {};

using Place = std::variant<AtMailbox, AtDropbox, AtFile, AtStreams>;

// kStandardStreams stands in records and options where the path of a file would.
inline constexpr std::string_view kStandardStreams = "-";

// place_of reads a place from what records hold: `suite` only of a dropbox, `file` only of a direct
// place, "-" for the streams.
Place place_of(std::string relay, std::optional<transfer::DropSuite> suite, std::string file);

// relay_of, suite_of and file_of are the three again: empty where the place has none.
std::string relay_of(const Place& place);
std::optional<transfer::DropSuite> suite_of(const Place& place);
std::string file_of(const Place& place);

}  // namespace keyferry::keystore
