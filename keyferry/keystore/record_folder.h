// JSON records of the wallet that lie in a folder of their own, one a file: NAME.json.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <boost/json/object.hpp>

#include "keyferry/crypto/key.h"
#include "keyferry/keystore/home.h"

namespace keyferry::keystore {

// record_names lists what there is, in order. load_record returns nothing where there is none; the
// record has member `version` 1. save_record makes it durable, mode 600; what was there before is
// overwritten, since it may hold a key. Errors: invalid (damaged, or of a newer version; named),
// io.
Result<std::vector<std::string>> record_names(const file::Path& folder);
Result<std::optional<boost::json::object>> load_record(const file::Path& folder,
                                                       const std::string& name);
Result<Done> save_record(const file::Path& folder, const std::string& name,
                         boost::json::object record);
Result<Done> erase_record(const file::Path& folder, const std::string& name);

// free_name is `wish`, or the first of `wish`-2, `wish`-3 … that no record of the folders has.
Result<std::string> free_name(const std::vector<file::Path>& folders, const std::string& wish);

// A P-256 private key as a member of a record.
void put_p256(boost::json::object& record, std::string_view name, const crypto::PrivateKey& key);
Result<crypto::PrivateKey> p256_member(const boost::json::object& record, std::string_view name);

// Octets in base64url, alone and in a list.
Result<Bytes> base64url_member(const boost::json::object& record, std::string_view name);
boost::json::array encode_octets_list(const std::vector<Bytes>& list);
Result<std::vector<Bytes>> octets_list_member(const boost::json::object& record,
                                              std::string_view name);

}  // namespace keyferry::keystore
