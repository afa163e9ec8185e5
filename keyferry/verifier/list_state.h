// What the agent remembers of one list across restarts: a folder of its own.
//
//   position.json   what was accepted last: epoch, number, hash, dates, the name of the copy
//   list-E-N        a copy of that list, as the authority made it
//   list.jws        its signature, for `keyferry-authority restore --merge`
//   contact         Unix ms of the last contact (at first: of the first start), and whether there
//                   was one
#pragma once

#include <optional>

#include "keyferry/file/file.h"
#include "keyferry/verifier/statement.h"

namespace keyferry::verifier {

struct Contact {
  Time at{};
  bool ever = false;  // false: `at` is the first start
  friend bool operator==(const Contact&, const Contact&) = default;
};

class ListState {
 public:
  // open makes the folder (mode 700) or reads what is there. `now` becomes the first start of a new
  // folder. Errors: io, storage_full; invalid "… is damaged: …" when position.json cannot be read,
  // or is gone although there was a contact: forgetting the position silently would let an old list
  // in.
  static Result<ListState> open(file::Path folder, std::string name, Time now);

  // have is what was accepted last; position {0, 0} before the first list.
  const Statement& have() const { return have_; }
  // copy is the list itself; nothing before the first one and when its file is lost or damaged.
  const std::optional<Bytes>& copy() const { return copy_; }
  const Contact& contact() const { return contact_; }

  // store_list keeps the list, then its signature, then the position, each synced to disk before
  // the next: when it returns, no older list will be taken even after a loss of power. Errors:
  // storage_full, io; then what was remembered before still is.
  //
  //= spec:authority#6-rising
  Result<Done> store_list(const Statement& said, ByteView list, std::string_view jws);
  Result<Done> store_contact(Time at);

 private:
  ListState(file::Path folder, std::string name) : folder_(std::move(folder)) {
    have_.name = std::move(name);
  }
  Result<Done> read_position();
  Result<Done> read_contact(Time now);
  void remove_older_copies() const;

  file::Path folder_;
  Statement have_;
  std::optional<Bytes> copy_;
  Contact contact_;
};

}  // namespace keyferry::verifier
