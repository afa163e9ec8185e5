#include "keyferry/wallet/follow.h"

#include <chrono>
#include <thread>

#include "keyferry/wallet/tidy.h"

namespace keyferry::wallet {
namespace {

constexpr auto kNetworkPause = std::chrono::seconds(1);

}  // namespace

Result<Done> follow_share(Wallet& wallet, FoundShare& found,
                          const std::function<bool(const ShareView&)>& seen) {
  std::string etag;
  KF_TRY(ShareView share, found.holder.share(found.share.id, &etag));
  bool told = false;
  const auto show = [&] {
    const bool goes_on = seen(share);
    // Its link is of no use any more, though it may be watched for long.
    if (!is_open(share)) tidy_sent(wallet, {share});
    return goes_on;
  };
  for (bool changed = true; (!changed || show()) && !is_over(share);) {
    changed = false;
    const auto next = found.holder.wait(share.id, etag);
    if (!next) {
      if (next.error().code != Errc::network) return next.error();
      if (!told)
        wallet.person.notice("no_answer", {{"detail", next.error().detail}},
                             "the authority does not answer; still trying");
      told = true;
      std::this_thread::sleep_for(kNetworkPause);
      continue;
    }
    told = false;
    if (!*next) continue;
    changed = (*next)->raw != share.raw;
    share = **next;
  }
  return Done{};
}

}  // namespace keyferry::wallet
