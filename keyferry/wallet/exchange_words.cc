#include "keyferry/wallet/exchange_words.h"

#include "keyferry/codec/text.h"

namespace keyferry::wallet {
namespace {

// The reasons that a person has nothing to do with: what came is not what the other wallet wrote.
bool is_tampering(std::string_view reason) {
  return reason == "order" || reason == "reflected" || reason == "misplaced" || reason == "damaged";
}

std::string with_text(std::string sentence, const std::string& text) {
  return text.empty() ? sentence : sentence + ": " + text;
}

}  // namespace

std::string calls_itself(const std::string& label) {
  return label.empty() ? "gives no name" : "calls itself \"" + label + "\"";
}

std::string words_to_sender(const transfer::Ended& ended) {
  const std::string& reason = ended.reason;
  if (reason == "words") {
    return "the words were wrong three times, so nobody got anything: whoever opened the link may "
           "not be the person you mean. Make a new share, and send its link another way";
  }
  if (reason == "refused") return "you said no: nobody got anything, and the share is refused";
  if (reason == "code") {
    return ended.by_peer
               ? "the other side says that the code was another, so nobody got anything, and "
                 "the share is revoked"
               : "the other side typed another code, so nobody got anything";
  }
  if (reason == "expired") {
    return "the link ran out or was taken back before it was finished: nobody got anything";
  }
  if (reason == "user") {
    return ended.by_peer ? "the other side gave up: nobody got anything, and the share is revoked"
                         : "taken back: nobody got anything, and the share is revoked";
  }
  if (reason == "offer") {
    return with_text("the other side could not take it, and the share is revoked", ended.text);
  }
  if (is_tampering(reason)) {
    return with_text(
        "stopped, because somebody may have changed what the wallets say to each "
        "other: nobody got anything, and the share is revoked",
        ended.text.empty() ? reason : ended.text);
  }
  return with_text("the exchange failed, and the share is revoked",
                   ended.text.empty() ? reason : ended.text);
}

std::string words_to_receiver(const transfer::Ended& ended) {
  const std::string& reason = ended.reason;
  if (reason == "words") {
    return "the sender heard other words than you were shown, three times: nothing was taken. Talk "
           "to the sender; somebody may be between you. Only a new link helps";
  }
  if (reason == "refused") return "the sender said no: nothing was taken";
  if (reason == "code") {
    return "the code was not the one that the sender has: nothing was taken. Ask the sender for a "
           "new link and its code";
  }
  if (reason == "expired") {
    return "this link leads nowhere any more: the sender took it back, or it ran out. Nothing was "
           "taken; ask the sender";
  }
  if (reason == "user") {
    return ended.by_peer ? "the sender took it back: nothing was taken"
                         : "given up: nothing was taken";
  }
  if (reason == "not_alone") {
    return "another wallet that has this link answered it, and the sender went on with that: "
           "nothing was taken. If it is not yours, tell the sender, and ask for a new link";
  }
  if (reason == "offer") {
    return with_text("what the sender granted is not what was offered: nothing was taken",
                     ended.text);
  }
  if (reason == "version") return with_text("nothing was taken", ended.text);
  if (is_tampering(reason)) {
    return with_text(
        "stopped, because somebody may have changed what the wallets say to each "
        "other: nothing was taken. Ask the sender for a new link",
        ended.text.empty() ? reason : ended.text);
  }
  return with_text("the exchange failed: nothing was taken",
                   ended.text.empty() ? reason : ended.text);
}

std::string gone_early() {
  return "the mailbox is gone before its time: the sender took it back, or the relay lost it. "
         "Nothing was taken; ask the sender";
}

std::string outcome_reason(std::string_view detail) {
  constexpr std::size_t kMostReason = 200;  // transfer.md section 3
  const auto reason = codec::label(detail, kMostReason);
  return reason ? *reason : std::string("an error that cannot be shown");
}

}  // namespace keyferry::wallet
