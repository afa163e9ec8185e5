add_library(kf_flags INTERFACE)
target_include_directories(kf_flags INTERFACE ${CMAKE_SOURCE_DIR})
target_compile_options(kf_flags INTERFACE -Wall -Wextra -Wpedantic -Wconversion -Wshadow
  -Wnon-virtual-dtor -Wold-style-cast -Wimplicit-fallthrough -Werror)
# libstdc++ 12 uses functions of its own that it deprecates; only clang says so (stable_sort).
target_compile_options(kf_flags INTERFACE
  $<$<CXX_COMPILER_ID:Clang>:-Wno-error=deprecated-declarations>)
# Only net/ and http/ compile Asio and Beast; everybody else sees plain headers.
target_compile_definitions(kf_flags INTERFACE BOOST_ASIO_SEPARATE_COMPILATION
  BOOST_BEAST_SEPARATE_COMPILATION BOOST_ASIO_NO_DEPRECATED)
target_link_libraries(kf_flags INTERFACE Threads::Threads)

# kf_library(name SOURCES a.cc … DEPS other … TESTS a_test.cc …)
#
# Makes the library of the folder `name`, kf_name, and from TESTS one program name_test whose cases
# ctest knows under the label `unit`.
function(kf_library name)
  cmake_parse_arguments(arg "" "" "SOURCES;DEPS;TESTS;TEST_DEPS" ${ARGN})
  if(arg_SOURCES)
    add_library(kf_${name} STATIC ${arg_SOURCES})
    target_link_libraries(kf_${name} PUBLIC kf_flags ${arg_DEPS})
    kf_unity(kf_${name})
  else()
    add_library(kf_${name} INTERFACE)
    target_link_libraries(kf_${name} INTERFACE kf_flags ${arg_DEPS})
  endif()
  if(arg_TESTS AND KEYFERRY_TESTS)
    kf_test(${name}_test unit SOURCES ${arg_TESTS} DEPS kf_${name} ${arg_TEST_DEPS})
  endif()
endfunction()

# kf_test(name label SOURCES … DEPS …) makes a GoogleTest program whose cases carry `label`, and builds it with the target label_tests.
# What tests spend is the compiler's time, not their own: the libraries keep the flags of the preset, the cases are not optimised.
function(kf_test name label)
  cmake_parse_arguments(arg "" "" "SOURCES;DEPS" ${ARGN})
  add_executable(${name} ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE kf_flags ${arg_DEPS} GTest::gmock GTest::gtest_main)
  target_compile_options(${name} PRIVATE -O0 -U_FORTIFY_SOURCE)
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
  kf_unity(${name})
  gtest_discover_tests(${name} TEST_PREFIX ${name}. DISCOVERY_MODE PRE_TEST
    WORKING_DIRECTORY ${CMAKE_SOURCE_DIR} PROPERTIES LABELS ${label} TIMEOUT 120)
  kf_group(${label}_tests ${name})
endfunction()

# kf_group(group target…) lets the target `group` build these targets too.
function(kf_group group)
  if(NOT TARGET ${group})
    add_custom_target(${group})
  endif()
  add_dependencies(${group} ${ARGN})
endfunction()

# kf_program(name SOURCES … DEPS … [GROUP programs]) makes the program of a folder under cmd/ or bench/.
function(kf_program name)
  cmake_parse_arguments(arg "" "GROUP" "SOURCES;DEPS" ${ARGN})
  add_executable(${name} ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE kf_flags ${arg_DEPS} CLI11::CLI11)
  target_compile_definitions(${name} PRIVATE KEYFERRY_VERSION="${PROJECT_VERSION}")
  if(NOT arg_GROUP)
    set(arg_GROUP programs)
    kf_unity(${name})
  endif()
  kf_group(${arg_GROUP} ${name})
endfunction()
