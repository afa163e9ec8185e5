// Target: the body of POST /v1/shares and of a credential request. What is wished for and granted
// is within every limit of the rules.
#include "keyferry/authority/create.h"
#include "keyferry/authority/proof.h"
#include "keyferry/codec/json.h"

namespace {

using namespace keyferry;

const Time kNow = from_unix_seconds(1790000000);

void check_root(const authority::ShareWish& wish) {
  const authority::ServerKeys keys{
      .code = SecretBytes(Bytes(32, 1)), .pin = SecretBytes(Bytes(32, 2)), .nonce = {}};
  const auto share =
      authority::make_root_share(keys, wish, authority::ShareId::make(Bytes(13, 9)), kNow);
  if (!share) return;
  require(share->depth >= 0 && share->depth <= authority::kMostDepth, "depth is bounded");
  require(share->window.from < share->window.until && share->window.until > kNow,
          "a share has a window that is not over");
  require(share->window.until - kNow <= authority::kLongestWindow, "a window is bounded");
  require(share->link_until <= share->window.until && share->link_until > kNow &&
              share->link_until - kNow <= authority::kLongestLinkLife,
          "a link is bounded");
  require(share->pin.has_value() == wish.pin.has_value(), "a PIN that was wished for is kept");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto body = codec::parse_json_object(text_of({data, size}));
  if (!body) return 0;
  if (const auto wish = authority::parse_wish(*body)) check_root(*wish);
  const auto proofs = authority::parse_proofs(*body);
  const auto* jwt = std::get_if<std::string>(&proofs);
  require(jwt == nullptr || body->contains("proofs"), "a proof comes from proofs");
  return 0;
}
