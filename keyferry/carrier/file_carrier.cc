// A message replaces the whole file, so that the other side reads the old one or the new one; a
// picture is read in a process of its own (picture_apart.h).
#include "keyferry/carrier/file_carrier.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <unistd.h>

#include "keyferry/base/base64.h"
#include "keyferry/carrier/picture.h"
#include "keyferry/carrier/picture_apart.h"
#include "keyferry/codec/json.h"
#include "keyferry/digest/hash.h"

namespace keyferry::carrier {
namespace {

constexpr std::size_t kMostOctets = 128 * 1024;
constexpr unsigned kMode = 0644;  // sealed: whoever carries it may read it

std::string version_of(std::string_view text) {
  return encode_base64url(digest::sha256(bytes_of(text)));
}

// The ending of a file's name in lower case.
std::string ending_of(const file::Path& path) {
  std::string ending = path.extension().string();
  std::transform(ending.begin(), ending.end(), ending.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return ending;
}

bool is_photograph(const file::Path& path) {
  const std::string ending = ending_of(path);
  return ending == ".jpg" || ending == ".jpeg";
}

}  // namespace

bool is_picture_place(const file::Path& path) {
  return ending_of(path) == ".png";
}

std::string encode_sealed(const transfer::SealedPayload& payload) {
  return codec::encode_json(boost::json::object{{"type", payload.type}, {"data", payload.data}});
}

Result<transfer::SealedPayload> parse_sealed(std::string_view text) {
  KF_TRY(const boost::json::object object, codec::parse_json_object(text, {kMostOctets, 4}));
  transfer::SealedPayload payload;
  KF_TRY(payload.type, codec::text_member(object, "type"));
  KF_TRY(payload.data, codec::text_member(object, "data"));
  return payload;
}

Result<Bytes> FileCarrier::drawn(const std::string& text) const {
  if (is_picture_place(path_)) return draw_qr(text);
  if (is_photograph(path_)) {
    return fail(Errc::invalid,
                "a photograph cannot be answered: the answer of a confirmed share needs a place "
                "that both sides can write, a file or a .png");
  }
  return copy_of(bytes_of(text));
}

Result<std::string> FileCarrier::text() const {
  KF_TRY(const Bytes octets, file::read_plain(path_, kMostPicture));
  if (is_picture(octets)) return read_qr_apart(octets);
  return std::string(text_of(octets));
}

Result<Done> FileCarrier::check_free() const {
  if (is_photograph(path_)) {
    return fail(Errc::invalid, "a photograph is no place for a share: name a file or a .png",
                "usage");
  }
  std::error_code failed;
  if (std::filesystem::symlink_status(path_, failed).type() !=
      std::filesystem::file_type::not_found) {
    return failed ? fail(Errc::io, "cannot look at " + path_.string() + ": " + failed.message())
                  : fail(Errc::conflict, path_.string() + " exists already", "exists");
  }
  const file::Path folder = path_.parent_path();
  if (!std::filesystem::is_directory(folder, failed)) {
    return fail(Errc::not_found, "there is no folder " + folder.string(), "no_file");
  }
  if (::access(folder.c_str(), W_OK | X_OK) == 0) return Done{};
  return fail(Errc::io, "no file can be made in " + folder.string() + ": " + std::strerror(errno));
}

Result<Done> FileCarrier::create(const transfer::SealedPayload& payload) {
  const std::string content = encode_sealed(payload);
  KF_TRY(const Bytes octets, drawn(content));
  const auto made = file::create_new(path_, octets, kMode);
  if (made || made.error().code != Errc::conflict) return made;
  const auto there = text();
  if (there && *there == content) return Done{};
  return made;
}

Result<std::optional<Arrived>> FileCarrier::read() {
  const auto there = text();
  if (!there && (there.error().reason == "picture" || there.error().reason == "unsafe_file")) {
    return there.error();
  }
  return receive("", false);
}

Result<std::optional<Arrived>> FileCarrier::receive(const std::string& version, bool) {
  const auto there = text();
  if (!there) return std::optional<Arrived>();
  std::string now = version_of(*there);
  auto payload = parse_sealed(*there);
  if (!payload || now == version) return std::optional<Arrived>();
  return std::optional(Arrived{*std::move(payload), std::move(now)});
}

Result<std::string> FileCarrier::send(const transfer::SealedPayload& payload, const std::string&,
                                      const std::string& version) {
  const std::string content = encode_sealed(payload);
  const auto there = text();
  if (!there && there.error().reason == "unsafe_file") return there.error();
  const bool done = there && *there == content;
  if (!done && there && !version.empty() && version_of(*there) != version) {
    return fail(Errc::precondition_failed, "the file holds another message by now");
  }
  if (!done) {
    KF_TRY(const Bytes octets, drawn(content));
    KF_TRY(file::replace(path_, octets, kMode));
  }
  return version_of(content);
}

// A photograph is its owner's.
void FileCarrier::close() {
  if (is_photograph(path_)) return;
  static_cast<void>(file::erase(path_).has_value());
}

}  // namespace keyferry::carrier
