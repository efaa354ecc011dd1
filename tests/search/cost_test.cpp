#include "search/cost/cost.h"

#include "core/error.h"
#include "mcu/host/verify/board_fit.h"
#include "search/job/settings.h"
#include "search/space/build.h"
#include "tests/support/catch.h"

using namespace mininas;

TEST_CASE("sizes are read in bytes, K and M", "[search][budget]") {
  CHECK(parse_size("65536") == 65536);
  CHECK(parse_size("64K") == 65536);
  CHECK(parse_size("1M") == 1048576);
  CHECK(parse_count("250K") == 250000);
  CHECK(parse_count("3m") == 3000000);
  for (const char* wrong : {"", "K", "0", "-1", "64KB", "1.5M", "64 K", "99999999999999999999", "9223372036854775807M"})
    CHECK_THROWS_WITH(parse_size(wrong), Catch::Contains("is not a size"));
}

TEST_CASE("a cost over the budget is told with both figures", "[search][budget]") {
  const Cost cost{.parameters = 56001, .macs = 3000000, .flash_bytes = 70112, .code_bytes = 0, .ram_bytes = 65536};
  CHECK_FALSE(why_over({}, cost));
  CHECK_FALSE(why_over({70112, 65536, 3000000}, cost));
  CHECK(why_over({65536, 0, 0}, cost) == "flash 70,112 is over the limit of 65,536");
  CHECK(why_over({0, 65535, 0}, cost) == "RAM 65,536 is over the limit of 65,535");
  CHECK(why_over({0, 0, 1}, cost) == "MACs 3,000,000 is over the limit of 1");
  CHECK(why_over({.max_parameters = 56000}, cost) == "parameters 56,001 is over the limit of 56,000");
}

TEST_CASE("a limit on instructions or on milliseconds is a limit like the others", "[search][budget]") {
  Cost cost;
  cost.instructions = 3000001;
  cost.milliseconds = 25.5;
  CHECK_FALSE(why_over({}, cost));
  CHECK_FALSE(why_over({.max_instructions = 3000001, .max_milliseconds = 25.5}, cost));
  CHECK(why_over({.max_instructions = 3000000}, cost) == "instructions 3,000,001 is over the limit of 3,000,000");
  CHECK(why_over({.max_milliseconds = 25}, cost) == "estimated milliseconds 25.5 is over the limit of 25");
}

TEST_CASE("clocks are read with their units", "[search][budget]") {
  CHECK(parse_clock("120MHz") == 120'000'000);
  CHECK(parse_clock("1GHz") == 1'000'000'000);
  CHECK(parse_clock("32.768kHz") == 32768);
  CHECK(parse_clock("50Hz") == 50);
  CHECK(clock_text(120'000'000) == "120 MHz");
  CHECK(clock_text(32768) == "32.768 kHz");
  for (const char* wrong :
       {"", "120", "MHz", "-1MHz", "0MHz", "1e300GHz", "120 MHz", "120mhz", "1x2MHz", "nanMHz", "0.1Hz"})
    CHECK_THROWS_WITH(parse_clock(wrong), Catch::Contains("is not a clock: expected a number and Hz, kHz, MHz or GHz"));
}

TEST_CASE("limits that need a board or a clock are refused without", "[search][budget]") {
  const Budget time{.max_milliseconds = 25}, count{.max_instructions = 1000};
  validate(Budget{}, Target{});
  validate(time, {"m4", 120'000'000});
  validate(count, {"m4", 0});
  CHECK_THROWS_WITH(validate(time, {"", 0}), Catch::Contains("needs a board, one of m0, m3"));
  CHECK_THROWS_WITH(validate(count, {"", 0}), Catch::Contains("needs a board"));
  CHECK_THROWS_WITH(validate(time, {"m4", 0}), Catch::Contains("needs a clock, such as 120MHz"));
  CHECK_THROWS_WITH(validate(Budget{}, {"", 1000}), Catch::Contains("a clock needs a board"));
  CHECK_THROWS_WITH(validate(Budget{}, {"m5", 0}), Catch::Contains("there is no board 'm5'"));
}

TEST_CASE("a network's cost on a target: instructions of its board, milliseconds at its clock", "[search][budget]") {
  const NetworkSpec spec = build_network_spec(std::string("w8:s3*3"), {32, 32, 3}, 2);
  CHECK(predict_cost(spec).instructions == 0);
  const Cost counted = predict_cost(spec, {"m4", 0}), timed = predict_cost(spec, {"m4", 50'000'000});
  CHECK(counted.instructions > counted.macs / 8);
  CHECK(counted.milliseconds == 0);
  CHECK(timed.instructions == counted.instructions);
  CHECK(timed.milliseconds == Approx(static_cast<double>(counted.instructions) / 50'000));
  CHECK(timed.flash_bytes == predict_cost(spec).flash_bytes);
  CHECK(predict_cost(spec, {"m0", 0}).instructions > counted.instructions);
}

TEST_CASE("a board limits flash and RAM to what it has, beside a smaller limit that was given", "[search][budget]") {
  const ImageShape image{32, 32, 3};
  const Budget any = within_board({}, {"m0", 0}, image, 2);
  CHECK(any.max_flash_bytes > 200'000);
  CHECK(any.max_flash_bytes < 256 * 1024);
  CHECK(any.max_ram_bytes > 10'000);
  CHECK(any.max_ram_bytes < 16 * 1024 - image.size());
  const Budget given = within_board({.max_flash_bytes = 30'000, .max_ram_bytes = 1 << 20}, {"m0", 0}, image, 2);
  CHECK(given.max_flash_bytes == 30'000);
  CHECK(given.max_ram_bytes == any.max_ram_bytes);
  CHECK(within_board({.max_ram_bytes = 70'000}, {}, image, 2).max_ram_bytes == 70'000);
  CHECK(within_board({}, {}, image, 2).max_flash_bytes == 0);
  CHECK_THROWS_WITH(within_board({}, {"m0", 0}, {96, 96, 3}, 2), Catch::Contains("no room for an image of 96x96x3"));
  // What keeps these limits can be verified there.
  const NetworkSpec spec = build_network_spec(std::string("w8:s3*3"), {20, 20, 3}, 2);
  const Budget limits = within_board({}, {"m0", 0}, spec.input(), 2);
  REQUIRE_FALSE(why_over(limits, predict_cost(spec, {"m0", 0})));
  CHECK_FALSE(why_too_large(find_board("m0"), spec, RamPlan::kStrips));
}

TEST_CASE("a target's flash has the code of its board and optimisation", "[search][budget]") {
  const NetworkSpec spec = build_network_spec(std::string("w8:s3*3"), {32, 32, 3}, 2);
  const Cost small = predict_cost(spec, {"m0", 0}),
             fast = predict_cost(spec, {.board = "m0", .optimise = Optimisation::kSpeed});
  CHECK(small.flash_bytes != predict_cost(spec).flash_bytes);
  CHECK(small.code_bytes < fast.code_bytes);
  CHECK(small.flash_bytes - small.code_bytes == fast.flash_bytes - fast.code_bytes);
  CHECK(to_text(code_build({"m0", 0})) == "Cortex-M0 at -Os");
  CHECK(to_text(code_build({.optimise = Optimisation::kSpeed})) == "Cortex-M4 at -O2");
}

TEST_CASE("a run's settings keep the plan for RAM, board and clock; those of a run without a search have the defaults",
          "[search][budget]") {
  SearchSettings settings;
  settings.target = {"m4", 120'000'000, RamPlan::kOverlap};
  RunFile run{.identity = {.kind = "search"}, .settings = to_record(settings)};
  const Target kept = search_settings_from(run.settings).target;
  CHECK(kept.board == "m4");
  CHECK(kept.clock_hz == 120'000'000);
  CHECK(kept.ram_plan == RamPlan::kOverlap);
  CHECK(network_settings_of(run).target.ram_plan == RamPlan::kOverlap);
  TrainSettings training{.architecture = "w8:s3*3"};
  run = {.identity = {.kind = "train"}, .settings = to_record(option_groups(training))};
  CHECK(network_settings_of(run).target.ram_plan == RamPlan::kStrips);
}

TEST_CASE("a network needs the RAM of its target's plan", "[search][budget]") {
  const NetworkSpec spec = build_network_spec(std::string("w16:s3*5"), {32, 32, 3}, 2);
  CHECK(predict_cost(spec, {.ram_plan = RamPlan::kWhole}).ram_bytes == 66'592);
  CHECK(predict_cost(spec, {.ram_plan = RamPlan::kOverlap}).ram_bytes == 35'872);
  CHECK(predict_cost(spec).ram_bytes == 10'784);
}

TEST_CASE("numbers are grouped by thousands", "[search]") {
  CHECK(grouped(0) == "0");
  CHECK(grouped(999) == "999");
  CHECK(grouped(1000) == "1,000");
  CHECK(grouped(-1234567) == "-1,234,567");
  CHECK(grouped(-123) == "-123");
}
