#include "keyferry/issuer/list_metrics.h"

#include "keyferry/credential/kind.h"

namespace keyferry::issuer {

ListMetrics::ListMetrics(prometheus::Registry& registry)
    : numbers_(prometheus::BuildGauge()
                   .Name("keyferry_authority_list_number")
                   .Help("Number of the revocation list that is served")
                   .Register(registry)),
      seconds_(prometheus::BuildGauge()
                   .Name("keyferry_authority_list_seconds_left")
                   .Help("Seconds until the next_update of the list that is served")
                   .Register(registry)),
      octets_(prometheus::BuildGauge()
                  .Name("keyferry_authority_list_octets")
                  .Help("Size of the revocation list, which every login reads whole")
                  .Register(registry)) {}

void ListMetrics::show(const ListPublisher& lists, Time now) {
  for (const credential::Kind* kind : credential::kinds()) {
    const auto list = lists.current(kind->list_name());
    if (!list) continue;
    const std::map<std::string, std::string> labels{{"list", std::string(kind->list_name())}};
    numbers_.Add(labels).Set(static_cast<double>(list->number.number));
    seconds_.Add(labels).Set(static_cast<double>((list->next_update - now).count()) / 1000);
    octets_.Add(labels).Set(static_cast<double>(list->bytes.size()));
  }
}

}  // namespace keyferry::issuer
