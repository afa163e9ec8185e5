#include "keyferry/keystore/place.h"

#include <gtest/gtest.h>

#include "keyferry/keystore/sender_record.h"

namespace keyferry::keystore {
namespace {

TEST(Place, ARecordKeepsItAs01DidWriteIt) {
  const struct {
    Place place;
    std::string relay, suite, file;
  } cases[] = {{AtMailbox{"https://relay.example"}, "https://relay.example", "", ""},
               {AtDropbox{"https://relay.example", transfer::DropSuite::chacha20},
                "https://relay.example", "1303", ""},
               {AtFile{"/share/a.png"}, "", "", "/share/a.png"},
               {AtStreams{}, "", "", "-"}};
  for (const auto& each : cases) {
    SenderRecord record;
    record.place = each.place;
    const auto object = encode_sender_record(record);
    EXPECT_EQ(object.at("relay").as_string(), each.relay);
    EXPECT_EQ(object.contains("suite"), !each.suite.empty());
    EXPECT_EQ(object.contains("file"), !each.file.empty());
    if (!each.suite.empty()) {
      EXPECT_EQ(object.at("suite").as_string(), each.suite);
    }
    if (!each.file.empty()) {
      EXPECT_EQ(object.at("file").as_string(), each.file);
    }
    const auto read = parse_sender_record(object);
    ASSERT_TRUE(read) << read.error().detail;
    EXPECT_EQ(read->place.index(), each.place.index());
    EXPECT_EQ(encode_sender_record(*read), object);
  }
}

TEST(Place, HasOnlyThePartsOfItsKind) {
  EXPECT_EQ(relay_of(AtFile{"/share/a"}), "");
  EXPECT_EQ(file_of(AtMailbox{"https://relay.example"}), "");
  EXPECT_FALSE(suite_of(AtMailbox{"https://relay.example"}));
  EXPECT_FALSE(suite_of(AtStreams{}));
}

}  // namespace
}  // namespace keyferry::keystore
