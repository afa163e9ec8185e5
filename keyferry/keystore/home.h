// The wallet's folder, $KEYFERRY_HOME:
//
//   settings.json              personas, relays and authorities that are trusted
//   ssh/NAME/                  one credential: id_ed25519, id_ed25519-cert.pub, known_hosts,
//                              credential.json (its presence makes the folder a credential)
//   transfers/take-ID.json     a share being taken; holds its key and secret until it ends
//   transfers/give-ID.json     a share made; holds the link's secret until it ends
//   transfers/exchange-ID      the confirmed exchange of either: its keys, until it ends
//   locks/, owners/            locks that it owns, and the keys that make it their owner
//   delegations/NAME.json      a delegation with its key
//   signed/ID.json             a delegation that it signed
//   lists/                     deny lists that it carries, and which lock has which
//
// take- is a receiver's and give- a sender's: releases before wrote these names, so they stay.
// Folders have mode 700, files 600. Everything is replaced whole, so a killed wallet leaves the old
// or the new state.
#pragma once

#include <string>
#include <vector>

#include "keyferry/base/clock.h"
#include "keyferry/file/file.h"

namespace keyferry::keystore {

class Home {
 public:
  // open makes what is missing, and wipes what killed commands left half written. `root` must be
  // absolute. Errors: invalid (a path that an ssh command line cannot name: with a quote, %,
  // backslash, ${ or control character), io; forbidden with reason unsafe_file where others could
  // change what lies in it (file::check_own_folder).
  static Result<Home> open(const file::Path& root);

  const file::Path& root() const { return root_; }
  file::Path settings_file() const { return root_ / "settings.json"; }
  file::Path ssh_folder() const { return root_ / "ssh"; }
  file::Path credential_folder(std::string_view name) const { return root_ / "ssh" / name; }
  file::Path transfers_folder() const { return root_ / "transfers"; }
  // folder is one of those that a lock without a network needs: locks, owners, …
  file::Path folder(std::string_view name) const { return root_ / name; }
  // receiver_file and sender_file take the id of a transfer: letters and digits.
  file::Path receiver_file(std::string_view id) const;
  file::Path sender_file(std::string_view id) const;
  file::Path exchange_file(std::string_view id) const;

  // lock waits up to 5 s for other wallet processes that change names or settings. lock_transfer
  // waits for `patience`: then it fails with io and reason busy when the same share is still being
  // taken or made elsewhere.
  Result<file::Lock> lock() const;
  Result<file::Lock> lock_transfer(std::string_view id, Duration patience = {}) const;

 private:
  explicit Home(file::Path root) : root_(std::move(root)) {}
  file::Path root_;
};

// is_credential_name: a letter or digit, then up to 63 letters, digits, '.', '_' or '-'.
bool is_credential_name(std::string_view name);

}  // namespace keyferry::keystore
