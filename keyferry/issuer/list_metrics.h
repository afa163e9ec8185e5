// What an operator sees of the lists: their number and how long the current one still holds.
#pragma once

#include <prometheus/gauge.h>
#include <prometheus/registry.h>

#include "keyferry/issuer/list_publisher.h"

namespace keyferry::issuer {

class ListMetrics {
 public:
  explicit ListMetrics(prometheus::Registry& registry);
  // show sets keyferry_authority_list_number{list}, keyferry_authority_list_seconds_left{list} and
  // keyferry_authority_list_octets{list}.
  void show(const ListPublisher& lists, Time now);

 private:
  prometheus::Family<prometheus::Gauge>& numbers_;
  prometheus::Family<prometheus::Gauge>& seconds_;
  prometheus::Family<prometheus::Gauge>& octets_;
};

}  // namespace keyferry::issuer
