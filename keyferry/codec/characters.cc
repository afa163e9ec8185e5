#include "keyferry/codec/characters.h"

#include <utf8proc.h>

namespace keyferry::codec {
namespace {

utf8proc_category_t category_of(char32_t c) {
  return utf8proc_category(static_cast<utf8proc_int32_t>(c));
}

}  // namespace

std::optional<char32_t> next_code_point(std::string_view& rest) {
  utf8proc_int32_t code_point = 0;
  const utf8proc_ssize_t size =
      utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(rest.data()),
                       static_cast<utf8proc_ssize_t>(rest.size()), &code_point);
  if (size <= 0) return std::nullopt;
  rest.remove_prefix(static_cast<std::size_t>(size));
  return static_cast<char32_t>(code_point);
}

bool is_blank(char32_t c) {
  if ((c >= U'\t' && c <= U'\r') || c == 0x85 || c == 0x2800) return true;
  const utf8proc_category_t category = category_of(c);
  return category == UTF8PROC_CATEGORY_ZS || category == UTF8PROC_CATEGORY_ZL ||
         category == UTF8PROC_CATEGORY_ZP;
}

bool is_invisible(char32_t c) {
  // Neither Cf nor ignorable, yet without a picture: musical null notehead, Khitan filler.
  if (c == 0x1D159 || c == 0x16FE4) return true;
  // Default_Ignorable_Code_Point of what is not assigned yet, which utf8proc does not tell.
  if (c == 0x2065 || (c >= 0xFFF0 && c <= 0xFFF8) || (c >= 0xE0000 && c <= 0xE0FFF)) return true;
  const utf8proc_category_t category = category_of(c);
  return category == UTF8PROC_CATEGORY_CC || category == UTF8PROC_CATEGORY_CF ||
         utf8proc_get_property(static_cast<utf8proc_int32_t>(c))->ignorable != 0;
}

bool is_control(char32_t c) {
  return category_of(c) == UTF8PROC_CATEGORY_CC;
}

}  // namespace keyferry::codec
