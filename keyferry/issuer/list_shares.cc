// GET /v1/shares: what lies below the caller, page by page.
#include <charconv>

#include "keyferry/codec/json.h"
#include "keyferry/issuer/endpoints.h"
#include "keyferry/issuer/render.h"
#include "keyferry/issuer/shares.h"
#include "keyferry/ledger/page.h"

namespace keyferry::issuer {
namespace {

// A page ends early rather than be larger: a wallet reads a mebibyte at most.
constexpr std::size_t kMostOctets = 512 * 1024;

Result<int> limit_of(std::string_view text) {
  int limit = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), limit);
  if (read.ec != std::errc() || read.ptr != text.data() + text.size() || limit < 1 ||
      limit > ledger::kMostOnPage) {
    return fail(Errc::invalid,
                "limit must be a number from 1 to " + std::to_string(ledger::kMostOnPage));
  }
  return limit;
}

Result<std::optional<authority::ShareId>> id_of(const http::Form& query, std::string_view name) {
  const auto text = query.find(name);
  if (!text) return std::optional<authority::ShareId>();
  auto id = authority::ShareId::parse(*text);
  if (!id) return fail(Errc::invalid, std::string(name) + " must be as the authority gave it");
  return std::optional(*std::move(id));
}

// Parameters that it does not know are ignored.
Result<ledger::PageWish> parse_wish(const http::Request& request) {
  KF_TRY(const http::Form query, http::Form::parse(request.query));
  ledger::PageWish wish;
  if (const auto limit = query.find("limit")) {
    KF_TRY(wish.limit, limit_of(*limit));
  }
  KF_TRY(wish.after, id_of(query, "after"));
  KF_TRY(wish.children_of, id_of(query, "children_of"));
  const auto state = query.find("state");
  if (state && *state != "live") return fail(Errc::invalid, "state must be \"live\"");
  wish.live = state.has_value();
  wish.id_prefix = std::string(query.find("id_prefix").value_or(""));
  if (wish.id_prefix.size() > authority::kIdLength) {
    return fail(Errc::invalid, "id_prefix is longer than an id");
  }
  return wish;
}

//= spec:authority#2-pages
http::Response render_page(const ledger::Page& page, Time now) {
  boost::json::array shares;
  std::size_t octets = 0;
  for (const auto& record : page.records) {
    auto object = render_record(record, now);
    octets += codec::encode_json(object).size();
    if (octets > kMostOctets && !shares.empty()) break;
    shares.push_back(std::move(object));
  }
  const auto left = static_cast<std::int64_t>(page.records.size() - shares.size());
  boost::json::object answer;
  const std::int64_t more = page.more + left;
  if (more > 0 && !shares.empty()) answer["next"] = shares.back().get_object().at("share");
  answer["more"] = more;
  answer["shares"] = std::move(shares);
  return json_answer(200, answer);
}

}  // namespace

http::Response list_shares(Service& service, const http::Request& request) {
  const Time now = service.now();
  return as_holder<ledger::Page>(
      service, request, {"list", ledger::Space::none},
      [&](sql::Database& db, const authority::ShareId& caller) -> Result<ledger::Page> {
        KF_TRY(const auto wish, parse_wish(request));
        return ledger::page_below(db, caller, wish, now);
      },
      [&](const ledger::Page& page) { return render_page(page, now); });
}

}  // namespace keyferry::issuer
