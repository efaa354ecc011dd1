// `chain_table make CIFAR10 FILE [ROWS]`: makes the chain table, or goes on with it; at most ROWS rows in this call.
// `chain_table check CIFAR10 FILE [ROWS]`: trains rows drawn at random again (8), and compares them to the bit.
#include <chrono>
#include <iostream>
#include <string>

#include "bench/chain_table/chain_table.h"
#include "core/error.h"
#include "core/rng.h"

using namespace mininas;
using namespace mininas::bench;

namespace {

constexpr const char* kCommand = "make chain-table: chain_table make CIFAR10 FILE";

int make(const SearchData& images, const std::filesystem::path& file, int most) {
  ChainTable table = read_table(file);
  const size_t all = table_chains().size() * kTableSeeds;
  for (const std::string& chain : table_chains())
    for (int seed = 0; seed < kTableSeeds; ++seed) {
      if (table.contains({chain, seed})) continue;
      if (most-- <= 0) return 0;
      table[{chain, seed}] = train_row(images, chain, seed);
      write_table(file, table, kCommand);
      if (table.size() % 64 == 0) std::cout << table.size() << " of " << all << " rows" << std::endl;
    }
  std::cout << file.string() << " is complete: " << table.size() << " rows" << std::endl;
  return 0;
}

int check(const SearchData& images, const std::filesystem::path& file, int rows) {
  const ChainTable table = read_table(file);
  if (table.empty()) throw ConfigError(text(file.string(), ": no rows; `make chain-table` makes them"));
  // Other rows each time: the clock is not part of what is checked.
  const auto now = std::chrono::system_clock::now().time_since_epoch().count();
  Rng rng(static_cast<uint64_t>(now));
  int different = 0;
  for (int i = 0; i < rows; ++i) {
    auto row = table.begin();
    std::advance(row, rng.below(static_cast<uint32_t>(table.size())));
    const bool same = train_row(images, row->second.chain, row->second.seed) == row->second;
    std::cout << row->second.chain << ", seed " << row->second.seed << (same ? ": the same" : ": DIFFERENT")
              << std::endl;
    different += !same;
  }
  return different == 0 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const std::string action = argc > 1 ? argv[1] : "";
    if (argc < 4 || argc > 5 || (action != "make" && action != "check"))
      throw ConfigError("expected: chain_table make|check CIFAR10 FILE [ROWS]");
    const SearchData images = table_images(argv[2]);
    const bool makes = action == "make";
    const int rows = argc > 4 ? std::stoi(argv[4]) : makes ? 1 << 20 : 8;
    return makes ? make(images, argv[3], rows) : check(images, argv[3], rows);
  } catch (const std::exception& error) {
    std::cerr << "chain_table: " << error.what() << "\n";
    return 1;
  }
}
