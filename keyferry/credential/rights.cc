// Reads, completes and compares rights by their schema. What the rights of a kind are stands in
// that kind's own file.
#include "keyferry/credential/rights.h"

#include <algorithm>
#include <vector>

#include <boost/json/array.hpp>

#include "keyferry/codec/json.h"
#include "keyferry/codec/text.h"
#include "keyferry/credential/cidr.h"

namespace keyferry::credential {
namespace {

using Texts = std::set<std::string>;

std::string named(std::string_view name) {
  return "right \"" + std::string(name) + "\"";
}

Error wider(const Right& right, const std::string& why) {
  return fail(Errc::forbidden, named(right.name) + ": " + why, "wider_than_parent");
}

// listed writes a set for a message; a long one ends in how many more there are.
std::string listed(const RightValue& value) {
  constexpr std::size_t kShown = 8;
  if (const std::string* text = std::get_if<std::string>(&value)) return codec::quote(*text);
  const Texts& texts = std::get<Texts>(value);
  if (texts.empty()) return "none";
  std::string list;
  std::size_t shown = 0;
  for (const std::string& text : texts) {
    if (shown == kShown) return list + " and " + std::to_string(texts.size() - shown) + " more";
    if (shown++ > 0) list += ", ";
    list += text;
  }
  return list;
}

bool allows(const Right& right, const Texts& parent, const std::string& text) {
  if (right.order == RightOrder::subset) return parent.contains(text);
  return std::ranges::any_of(parent,
                             [&](const std::string& outer) { return cidr_contains(outer, text); });
}

Result<Done> check_set(const Right& right, const RightValue& parent, const Texts& child) {
  for (const std::string& text : child) {
    if (!allows(right, std::get<Texts>(parent), text)) {
      return wider(right, codec::quote(text) + " is beyond what the parent has: " + listed(parent));
    }
  }
  return Done{};
}

Result<Done> check_right(const Right& right, const Rights& parent, const Rights& child) {
  const auto above = parent.values().find(right.name);
  const auto below = child.values().find(right.name);
  if (above == parent.values().end()) return Done{};  // no limit
  if (below == child.values().end()) {
    return wider(right,
                 "without it there is no limit, and the parent has " + listed(above->second));
  }
  if (right.order != RightOrder::fixed) {
    return check_set(right, above->second, std::get<Texts>(below->second));
  }
  if (above->second != below->second) {
    return wider(right, "it must stay the parent's, which is " + listed(above->second));
  }
  return Done{};
}

const Right* find_right(const RightsSchema& schema, std::string_view name) {
  const auto found = std::ranges::find(schema.rights, name, &Right::name);
  return found == schema.rights.end() ? nullptr : &*found;
}

Result<RightValue> read_set(const Right& right, const boost::json::object& object) {
  KF_TRY(const std::vector<std::string> asked, codec::texts_member(object, right.name));
  if (asked.size() < right.least || asked.size() > right.most) {
    return fail(Errc::invalid, "it must name " + std::to_string(right.least) + " to " +
                                   std::to_string(right.most) + ", not " +
                                   std::to_string(asked.size()));
  }
  Texts texts;
  for (const std::string& text : asked) {
    KF_TRY(std::string canonical, right.parse_text(text));
    texts.insert(std::move(canonical));
  }
  return RightValue(std::move(texts));
}

Result<RightValue> read_value(const Right& right, const boost::json::object& object) {
  if (right.order != RightOrder::fixed) return read_set(right, object);
  KF_TRY(const std::string text, codec::text_member(object, right.name));
  KF_TRY(std::string canonical, right.parse_text(text));
  return RightValue(std::move(canonical));
}

}  // namespace

// RightsReader is the only maker of Rights.
struct RightsReader {
  //= spec:authority#3-enforceable
  // read takes what `object` states; absent rights stay absent.
  static Result<Rights> read(const RightsSchema& schema, const boost::json::object& object) {
    Rights rights;
    for (const auto& member : object) {
      const std::string_view name = member.key();
      const Right* right = find_right(schema, name);
      if (right == nullptr) {
        return fail(Errc::forbidden,
                    std::string(schema.verifier) + " cannot enforce the right " +
                        codec::quote(name) + ", so it cannot be given",
                    "right_not_enforceable");
      }
      Result<RightValue> value = read_value(*right, object);
      if (!value) return in_context(named(name), value.error());
      rights.values_.emplace(name, *std::move(value));
    }
    return rights;
  }

  static void add_defaults(const RightsSchema& schema, Rights& rights) {
    for (const Right& right : schema.rights) {
      if (right.presence != RightPresence::defaulted) continue;
      rights.values_.try_emplace(std::string(right.name),
                                 Texts(right.root_default.begin(), right.root_default.end()));
    }
  }

  static void copy_absent(const Rights& parent, Rights& child) {
    child.values_.insert(parent.values_.begin(), parent.values_.end());
  }

  static Result<Rights> check_complete(const RightsSchema& schema, Rights rights) {
    for (const Right& right : schema.rights) {
      if (right.presence != RightPresence::optional && !rights.values_.contains(right.name)) {
        return fail(Errc::invalid, named(right.name) + " is missing");
      }
    }
    KF_TRY(schema.check_whole(rights));
    return rights;
  }
};

const std::set<std::string>* Rights::texts(std::string_view name) const {
  const auto found = values_.find(name);
  return found == values_.end() ? nullptr : std::get_if<Texts>(&found->second);
}

const std::string* Rights::text(std::string_view name) const {
  const auto found = values_.find(name);
  return found == values_.end() ? nullptr : std::get_if<std::string>(&found->second);
}

Result<Rights> make_root_rights(const RightsSchema& schema, const boost::json::object& asked) {
  KF_TRY(Rights rights, RightsReader::read(schema, asked));
  RightsReader::add_defaults(schema, rights);
  return RightsReader::check_complete(schema, std::move(rights));
}

Result<Rights> make_child_rights(const RightsSchema& schema, const Rights& parent,
                                 const boost::json::object& asked) {
  KF_TRY(Rights rights, RightsReader::read(schema, asked));
  RightsReader::copy_absent(parent, rights);
  KF_TRY(check_narrower(schema, parent, rights));
  return RightsReader::check_complete(schema, std::move(rights));
}

Result<Rights> parse_rights(const RightsSchema& schema, const boost::json::object& object) {
  KF_TRY(Rights rights, RightsReader::read(schema, object));
  return RightsReader::check_complete(schema, std::move(rights));
}

boost::json::object encode_rights(const Rights& rights) {
  boost::json::object object;
  for (const auto& [name, value] : rights.values()) {
    if (const std::string* text = std::get_if<std::string>(&value)) {
      object.emplace(name, *text);
      continue;
    }
    boost::json::array texts;
    for (const std::string& text : std::get<Texts>(value)) texts.emplace_back(text);
    object.emplace(name, std::move(texts));
  }
  return object;
}

//= spec:authority#4-attenuate
Result<Done> check_narrower(const RightsSchema& schema, const Rights& parent, const Rights& child) {
  for (const Right& right : schema.rights) {
    KF_TRY(check_right(right, parent, child));
  }
  return Done{};
}

}  // namespace keyferry::credential
