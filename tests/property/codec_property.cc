// What codec/ promises for every text and every instant.
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "keyferry/codec/json.h"
#include "keyferry/codec/rfc3339.h"
#include "keyferry/codec/ssh_wire.h"
#include "keyferry/codec/text.h"

namespace keyferry::codec {
namespace {

std::string utf8(std::uint32_t c) {
  const auto octet = [](std::uint32_t value) { return static_cast<char>(value); };
  if (c < 0x80) return {octet(c)};
  if (c < 0x800) return {octet(0xC0 | c >> 6), octet(0x80 | (c & 63))};
  if (c < 0x10000)
    return {octet(0xE0 | c >> 12), octet(0x80 | (c >> 6 & 63)), octet(0x80 | (c & 63))};
  return {octet(0xF0 | c >> 18), octet(0x80 | (c >> 12 & 63)), octet(0x80 | (c >> 6 & 63)),
          octet(0x80 | (c & 63))};
}

// Code points from all over, those that label has to look at more often than chance would.
rc::Gen<std::uint32_t> code_point() {
  const auto any = rc::gen::suchThat(rc::gen::inRange<std::uint32_t>(0, 0x110000),
                                     [](std::uint32_t c) { return c < 0xD800 || c > 0xDFFF; });
  return rc::gen::weightedOneOf<std::uint32_t>(
      {{4, rc::gen::inRange<std::uint32_t>(0, 0x250)},
       {2, rc::gen::inRange<std::uint32_t>(0x300, 0x370)},
       {1, rc::gen::inRange<std::uint32_t>(0x1100, 0x1200)},
       {2, rc::gen::inRange<std::uint32_t>(0x2000, 0x2070)},
       {1, rc::gen::inRange<std::uint32_t>(0x1F1E6, 0x1F200)},
       {2, any}});
}

rc::Gen<std::string> unicode_text() {
  return rc::gen::map(rc::gen::container<std::vector<std::uint32_t>>(code_point()),
                      [](const std::vector<std::uint32_t>& code_points) {
                        std::string text;
                        for (std::uint32_t c : code_points) text += utf8(c);
                        return text;
                      });
}

RC_GTEST_PROP(LabelProperty, ALabelIsItsOwnLabel, ()) {
  const std::string text = *unicode_text();
  const std::size_t most = *rc::gen::inRange<std::size_t>(0, 20);
  const std::string once = *label(text, most);
  RC_ASSERT(*label(once, most) == once);
  RC_ASSERT(*nfc(once) == once);
  RC_ASSERT(count_code_points(once) <= most);
  RC_ASSERT(once.empty() || is_visible(once));
}

RC_GTEST_PROP(TextProperty, NfcIsStableAndSeesNoDifferenceInForm, ()) {
  const std::string text = *unicode_text();
  RC_ASSERT(is_utf8(text));
  RC_ASSERT(*nfc(*nfc(text)) == *nfc(text));
}

RC_GTEST_PROP(TextProperty, AnyOctetsAreTextOrRefused, (const std::string& octets)) {
  const bool sound = is_utf8(octets);
  RC_ASSERT(nfc(octets).has_value() == sound);
  RC_ASSERT(label(octets, 64).has_value() == sound);
  RC_ASSERT(is_utf8(quote(octets)));
}

RC_GTEST_PROP(Rfc3339Property, EveryWholeSecondComesBack, ()) {
  const auto second = *rc::gen::inRange<std::int64_t>(-62167219200, 253402300800);
  const Time time = from_unix_seconds(second);
  RC_ASSERT(*parse_rfc3339(encode_rfc3339(time)) == time);
}

RC_GTEST_PROP(Rfc3339Property, WhatIsReadIsWrittenTheSame, ()) {
  std::string text = "2026-11-25T10:00:00Z";
  const auto changes = *rc::gen::container<std::vector<std::pair<int, char>>>(
      3, rc::gen::pair(rc::gen::inRange(0, 20), rc::gen::inRange('0', ':')));
  for (const auto& [at, c] : changes) text[static_cast<std::size_t>(at)] = c;
  const Result<Time> time = parse_rfc3339(text);
  if (!time) return;
  const bool leap = text.substr(17, 2) == "60";
  RC_ASSERT(encode_rfc3339(*time) == (leap ? text.substr(0, 17) + "59Z" : text));
}

RC_GTEST_PROP(DurationProperty, EveryDurationComesBack, ()) {
  const Duration duration = std::chrono::seconds(*rc::gen::inRange<std::int64_t>(1, 315360001));
  RC_ASSERT(*parse_duration(encode_duration(duration)) == duration);
}

boost::json::value json_value(int depth);

boost::json::value json_leaf() {
  switch (*rc::gen::inRange(0, 5)) {
    case 0:
      return nullptr;
    case 1:
      return *rc::gen::arbitrary<bool>();
    case 2:
      return *rc::gen::arbitrary<std::int64_t>();
    case 3:
      return *rc::gen::arbitrary<std::uint64_t>();
    default:
      return boost::json::value(*unicode_text());
  }
}

boost::json::value json_value(int depth) {
  const int kind = depth == 0 ? 0 : *rc::gen::inRange(0, 3);
  if (kind == 0) return json_leaf();
  const int size = *rc::gen::inRange(0, 4);
  if (kind == 1) {
    boost::json::array array;
    for (int i = 0; i < size; ++i) array.push_back(json_value(depth - 1));
    return array;
  }
  boost::json::object object;
  for (int i = 0; i < size; ++i) object.insert_or_assign(*unicode_text(), json_value(depth - 1));
  return object;
}

RC_GTEST_PROP(JsonProperty, EveryValueComesBack, ()) {
  const boost::json::value value = json_value(4);
  const std::string text = encode_json(value);
  const Result<boost::json::value> read = parse_json(text);
  RC_ASSERT(read.has_value());
  RC_ASSERT(*read == value);
  RC_ASSERT(encode_json(*read) == text);
}

RC_GTEST_PROP(JsonProperty, AMemberPutInTwiceIsRefused, ()) {
  boost::json::object object{{"a", json_value(2)}, {"b", json_value(2)}};
  const std::string name = *rc::gen::element<std::string>("a", "b");
  const std::string text = encode_json(object);
  const std::string twice = "[" + text.substr(0, text.size() - 1) + ",\"" + name +
                            "\":" + encode_json(json_leaf()) + "}]";
  RC_ASSERT(!parse_json(twice));
}

RC_GTEST_PROP(SshWireProperty, EveryNumberComesBackAsMpint, (const Bytes& octets)) {
  SshWriter writer;
  writer.mpint(octets);
  SshReader reader(writer.bytes());
  const ByteView read = *reader.unsigned_mpint();
  RC_ASSERT(reader.at_end());
  Bytes padded(octets.size() - read.size());
  append(padded, read);
  RC_ASSERT(padded == octets);
}

}  // namespace
}  // namespace keyferry::codec
