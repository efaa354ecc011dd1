// Includes Catch2 for every test, in the version that this system has: version 2 is one header; version 3 has many
// headers and a library, and some names moved. Tests include this file instead of <catch2/...> and use the names of
// version 2.
#pragma once
#if __has_include(<catch2/catch_test_macros.hpp>)
#include <catch2/catch_approx.hpp>
#include <catch2/catch_message.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <string>
#ifdef CATCH_CONFIG_RUNNER  // for the file with main()
#include <catch2/catch_session.hpp>
#include <catch2/catch_test_case_info.hpp>
#include <catch2/reporters/catch_reporter_event_listener.hpp>
#include <catch2/reporters/catch_reporter_registrars.hpp>
#endif

using Catch::Approx;

namespace Catch {
inline auto Contains(const std::string& part) { return Matchers::ContainsSubstring(part); }
using Matchers::EndsWith;
using Matchers::MatcherBase;
using Matchers::StartsWith;
#ifdef CATCH_CONFIG_RUNNER
using TestEventListenerBase = EventListenerBase;
#endif
}  // namespace Catch
#else
#include <catch2/catch.hpp>
#endif
