// Older copies go last, after the position that names the new one is on the disk.
#include "keyferry/verifier/list_state.h"

#include <algorithm>

#include "keyferry/base/base64.h"
#include "keyferry/codec/json.h"
#include "keyferry/codec/rfc3339.h"

namespace keyferry::verifier {
namespace {

constexpr std::size_t kMostList = 64U << 20;
constexpr std::int64_t kMostNumber = std::int64_t{1} << 53;

std::string copy_name(const Position& position) {
  return "list-" + std::to_string(position.epoch) + "-" + std::to_string(position.number);
}

std::string encode_record(const Statement& said) {
  boost::json::object object;
  object["name"] = said.name;
  object["epoch"] = said.position.epoch;
  object["number"] = said.position.number;
  object["issued"] = codec::encode_rfc3339(said.issued);
  object["next_update"] = codec::encode_rfc3339(said.next_update);
  object["sha256"] = encode_base64url(said.sha256);
  return codec::encode_json(object) + "\n";
}

Result<Statement> parse_record(std::string_view text) {
  KF_TRY(auto object, codec::parse_json_object(text));
  Statement said;
  KF_TRY(said.name, codec::text_member(object, "name"));
  KF_TRY(auto epoch, codec::integer_member(object, "epoch", 1, kMostNumber));
  KF_TRY(auto number, codec::integer_member(object, "number", 1, kMostNumber));
  said.position = {static_cast<std::uint64_t>(epoch), static_cast<std::uint64_t>(number)};
  KF_TRY(auto issued, codec::text_member(object, "issued"));
  KF_TRY(said.issued, codec::parse_rfc3339(issued));
  KF_TRY(auto next_update, codec::text_member(object, "next_update"));
  KF_TRY(said.next_update, codec::parse_rfc3339(next_update));
  KF_TRY(auto hash, codec::octets_member(object, "sha256", said.sha256.size()));
  std::copy(hash.begin(), hash.end(), said.sha256.begin());
  return said;
}

Result<Contact> parse_contact(std::string_view text) {
  KF_TRY(auto object, codec::parse_json_object(text));
  KF_TRY(auto at, codec::integer_member(object, "at", 0, kMostNumber));
  KF_TRY(auto ever, codec::optional_bool_member(object, "ever"));
  return Contact{from_unix_ms(at), ever.value_or(false)};
}

std::string encode_contact(const Contact& contact) {
  return codec::encode_json(
             boost::json::object{{"at", unix_ms(contact.at)}, {"ever", contact.ever}}) +
         "\n";
}

Error damaged(const file::Path& path, const Error& cause) {
  return fail(Errc::invalid,
              path.string() + " is damaged (" + cause.detail +
                  "): bring it back from a backup, or delete its folder and so give up the "
                  "protection against older lists until the next one comes");
}

}  // namespace

Result<ListState> ListState::open(file::Path folder, std::string name, Time now) {
  KF_TRY(file::make_directory(folder, 0700));
  file::sweep(folder);
  ListState state(std::move(folder), std::move(name));
  KF_TRY(state.read_position());
  KF_TRY(state.read_contact(now));
  return state;
}

Result<Done> ListState::read_position() {
  const file::Path path = folder_ / "position.json";
  auto text = file::read_text(path, 64 * 1024);
  if (!text) {
    if (text.error().code == Errc::not_found) return Done{};
    return text.error();
  }
  auto record = parse_record(*text);
  if (!record) return damaged(path, record.error());
  if (record->name != have_.name)
    return damaged(path, fail(Errc::invalid, "it is about the list " + record->name));
  have_ = *std::move(record);
  auto copy = file::read(folder_ / copy_name(have_.position), kMostList);
  if (copy && check_list(*copy, have_)) copy_ = *std::move(copy);
  return Done{};
}

Result<Done> ListState::read_contact(Time now) {
  const file::Path path = folder_ / "contact";
  if (auto text = file::read_text(path, 1024)) {
    auto contact = parse_contact(*text);
    if (!contact) return damaged(path, contact.error());
    contact_ = *contact;
    // A contact is stored after the list that it brought.
    if (contact_.ever && have_.position == Position{})
      return damaged(folder_ / "position.json", fail(Errc::not_found, "it is gone"));
    return Done{};
  } else if (text.error().code != Errc::not_found) {
    return text.error();
  }
  contact_ = {now, false};
  return file::replace(path, bytes_of(encode_contact(contact_)), 0600);
}

Result<Done> ListState::store_list(const Statement& said, ByteView list, std::string_view jws) {
  KF_TRY(file::replace(folder_ / copy_name(said.position), list, 0600));
  KF_TRY(file::replace(folder_ / "list.jws", bytes_of(jws), 0600));
  KF_TRY(file::replace(folder_ / "position.json", bytes_of(encode_record(said)), 0600));
  have_ = said;
  copy_ = copy_of(list);
  remove_older_copies();
  return Done{};
}

Result<Done> ListState::store_contact(Time at) {
  const Contact contact{at, true};
  KF_TRY(file::replace(folder_ / "contact", bytes_of(encode_contact(contact)), 0600));
  contact_ = contact;
  return Done{};
}

void ListState::remove_older_copies() const {
  std::error_code ignored;
  const std::string kept = copy_name(have_.position);
  for (const auto& entry : std::filesystem::directory_iterator(folder_, ignored)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with("list-") && name != kept) std::filesystem::remove(entry.path(), ignored);
  }
}

}  // namespace keyferry::verifier
