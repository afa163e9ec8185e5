// Target: the contents of the confirmed and the delegation conversation as the other wallet wrote
// them (transfer/confirmed_messages.h, transfer/delegation_messages.h), and its messages judged by
// the rules of a conversation. What is read is written and read again as the same.
#include "keyferry/codec/json.h"
#include "keyferry/transfer/confirmed_messages.h"
#include "keyferry/transfer/conversation.h"
#include "keyferry/transfer/delegation_messages.h"

namespace {

using namespace keyferry;
using namespace keyferry::transfer;

template <typename Parse, typename Encode>
void check_content(const boost::json::object& object, Parse parse, Encode encode) {
  const auto read = parse(object);
  if (!read) {
    require(read.error().reason == "damaged", "a fault is named");
    return;
  }
  const boost::json::object written = encode(*read);
  const auto again = parse(written);
  require(again && encode(*again) == written, "a content comes back");
}

Conversation started(Side side, std::string_view format) {
  Conversation conversation;
  conversation.side = side;
  conversation.format = format;
  conversation.mailbox = "7d0ffb4c-0cd0-4b5a-a3a1-6f0f7f0c9d3e";
  return conversation;
}

void check_conversation(ByteView plaintext, std::string_view format) {
  for (const Side side : {Side::sender, Side::receiver}) {
    for (const char* awaited : {"invite", "request", "reveal", "import", ""}) {
      Conversation conversation = started(side, format);
      const auto read = transfer::read(conversation, plaintext, awaited);
      if (!read || !*read) continue;
      require((*read)->routing.has_value(), "a message of this conversation says where it stands");
      accept(conversation, plaintext, **read);
      const auto twice = transfer::read(conversation, plaintext, awaited);
      require(twice && !*twice, "a duplicate is no event");
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView input(data, size);
  check_conversation(input, kShareFormat);
  check_conversation(input, kDelegationFormat);
  if (const auto object = codec::parse_json_object(text_of(input))) {
    check_content(*object, parse_invite, encode_invite);
    check_content(*object, parse_request, encode_request);
    check_content(*object, parse_request_secret, encode_request_secret);
    check_content(*object, parse_grant, encode_grant);
    check_content(*object, parse_outcome, encode_outcome);
    check_content(*object, parse_cancel, encode_cancel);
    check_content(*object, parse_delegation_invite, encode_delegation_invite);
    check_content(*object, parse_import, encode_import);
    if (const auto conversation = parse_conversation(*object)) {
      const auto again = parse_conversation(encode_conversation(*conversation));
      require(again.has_value(), "a conversation comes back");
    }
  }
  return 0;
}
