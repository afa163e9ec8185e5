// Target: transfer::parse_share_link, parse_link_secret and base_of_relay: text that people paste.
// What is read is written as a link that is read as the same; no message quotes the secret.
#include "keyferry/transfer/share_link.h"

namespace {

using namespace keyferry;

bool same(const transfer::ShareLink& a, const transfer::ShareLink& b) {
  if (a.secret.has_value() != b.secret.has_value()) return false;
  if (a.secret && !(*a.secret == *b.secret)) return false;
  return a.form == b.form && a.suite == b.suite && a.base == b.base && a.mailbox == b.mailbox &&
         a.vertical == b.vertical;
}

void check_message(const Error& error, std::string_view text) {
  const std::size_t hash = text.rfind('#');
  if (hash == std::string_view::npos) return;
  // A word, not a sentence: the fuzzer finds out that a piece of the message is quoted in it.
  const std::string_view rest = text.substr(hash + 1);
  const std::string_view secret = rest.substr(0, rest.find_first_of(" \t\r\n"));
  require(secret.size() < 16 || error.detail.find(secret) == std::string::npos,
          "no message quotes the secret");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = text_of({data, size});
  if (const auto read = transfer::parse_share_link(text)) {
    const std::string written = transfer::encode_share_link(read->link);
    const auto again = transfer::parse_share_link(written);
    require(again && same(again->link, read->link), "a link comes back");
    require(!again->secret_was_in_path, "a link that we write keeps its secret");
    require(transfer::encode_share_link(again->link) == written, "a link has one spelling of ours");
    // Links are read with more characters in the base than a relay of ours is given.
    const auto base = transfer::base_of_relay(read->link.base + "/v1/");
    require(!base || *base == read->link.base, "a base is a base");
    require(transfer::mailbox_url(read->link).find_first_of("?#") == std::string::npos,
            "requests carry neither query nor fragment");
    require(read->link.secret || written.find('#') == std::string::npos, "no secret, no fragment");
  } else {
    require(!read.error().detail.empty() && !read.error().reason.empty(), "a fault is named");
    check_message(read.error(), text);
  }
  if (const auto read = transfer::parse_link_secret(text)) {
    require(read->secret.size() == 16 || read->secret.size() == 32, "a secret has 16 or 32 octets");
    const auto again =
        transfer::parse_link_secret(transfer::encode_link_secret(read->secret, read->suite));
    require(again && again->secret == read->secret && again->suite == read->suite,
            "a secret comes back");
    require(!read->suite || read->secret.size() == 32, "a dropbox has 32 octets");
  }
  if (const auto base = transfer::base_of_relay(text)) {
    require(transfer::base_of_relay(*base + "/v1/") == *base, "a base has one spelling");
  }
  return 0;
}
