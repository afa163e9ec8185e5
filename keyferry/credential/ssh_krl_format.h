// Numbers of PROTOCOL.krl that writer and reader share.
#pragma once

#include <cstdint>
#include <string_view>

namespace keyferry::credential::krl {

inline constexpr std::string_view kMagic("SSHKRL\n\0", 8);
inline constexpr std::uint32_t kFormatVersion = 1;

// Sections.
inline constexpr std::uint8_t kCertificates = 1;
inline constexpr std::uint8_t kExplicitKeys = 2;

// Parts of a certificates section.
inline constexpr std::uint8_t kSerialList = 0x20;
inline constexpr std::uint8_t kSerialRange = 0x21;
inline constexpr std::uint8_t kSerialBitmap = 0x22;
inline constexpr std::uint8_t kKeyIds = 0x23;

}  // namespace keyferry::credential::krl
