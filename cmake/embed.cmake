# Makes a .cc file that defines one function a file, returning its octets:
#
#   cmake -DOUTPUT=embedded.cc -DNAMESPACE=a::b -DFILES=name=path,name=path -P cmake/embed.cmake
set(text "#include <string_view>\n\nnamespace ${NAMESPACE} {\n\n")
string(REPLACE "," ";" FILES "${FILES}")
foreach(entry ${FILES})
  string(REGEX MATCH "^([^=]*)=(.*)$" entry "${entry}")
  set(name ${CMAKE_MATCH_1})
  file(READ "${CMAKE_MATCH_2}" octets HEX)
  string(REGEX REPLACE "(..)" "0x\\1," octets "${octets}")
  string(APPEND text "std::string_view ${name}() {\n  static constexpr unsigned char kOctets[] = {${octets}};\n"
    "  return {reinterpret_cast<const char*>(kOctets), sizeof kOctets};\n}\n\n")
endforeach()
file(WRITE "${OUTPUT}" "${text}}  // namespace ${NAMESPACE}\n")
