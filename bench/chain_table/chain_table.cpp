#include "bench/chain_table/chain_table.h"

#include <cmath>
#include <sstream>

#include "core/error.h"
#include "core/io/file.h"
#include "datasets/open.h"
#include "nn/train/trainer.h"
#include "search/space/build.h"

namespace mininas::bench {
namespace {

constexpr const char* kHeader = "chain,seed,correct_1,correct_2,correct_3,weights";
constexpr int kPooled = 2;  // pixels of the original in a row of one pixel here

ImageSet mean_pooled(const ImageSet& images) {
  const ImageShape in = images.shape, out{in.height / kPooled, in.width / kPooled, in.channels};
  ImageSet pooled = allocate_images(out, images.class_names, images.count());
  pooled.labels = images.labels;
  uint8_t* to = pooled.pixels.data();
  for (int64_t i = 0; i < images.count(); ++i)
    for (int y = 0; y < out.height; ++y)
      for (int x = 0; x < out.width; ++x)
        for (int c = 0; c < out.channels; ++c) {
          int sum = 0;
          for (int k = 0; k < kPooled * kPooled; ++k)
            sum +=
                images.image(i)[((y * kPooled + k / kPooled) * in.width + x * kPooled + k % kPooled) * in.channels + c];
          *to++ = static_cast<uint8_t>((sum + 2) / (kPooled * kPooled));
        }
  return pooled;
}

TrainConfig recipe(int seed) {
  TrainConfig config;
  config.epochs = kTableEpochs;
  config.augmentation.crop_padding = 2;
  config.augmentation.cutout = 0;
  config.seed = static_cast<uint64_t>(seed);
  return config;
}

ChainRow parse_row(const std::string& line, const std::filesystem::path& file, int number) {
  const auto refuse = [&] {
    return FormatError(text(file.string(), ", line ", number, ": expected ", kHeader, "; make the table anew"));
  };
  // A chain's text has commas itself, so that fields are taken from the end.
  std::vector<std::string> fields;
  std::string rest = line;
  for (int i = 0; i < kTableEpochs + 2; ++i) {
    const size_t comma = rest.rfind(',');
    if (comma == std::string::npos) throw refuse();
    fields.insert(fields.begin(), rest.substr(comma + 1));
    rest.resize(comma);
  }
  if (rest.size() < 2 || rest.front() != '"' || rest.back() != '"' || fields.back().size() != 16) throw refuse();
  try {
    ChainRow row{rest.substr(1, rest.size() - 2), std::stoi(fields.front()), {}, fields.back()};
    for (size_t i = 1; i + 1 < fields.size(); ++i) row.correct.push_back(std::stoi(fields[i]));
    return row;
  } catch (const std::logic_error&) {
    throw refuse();
  }
}

}  // namespace

std::vector<std::string> table_chains() {
  constexpr int kLayers = 5, kChains = 1024;
  const SearchedLayer choices[] = {
      {Operation::kSeparable, 3}, {Operation::kSeparable, 5}, {Operation::kConv, 3}, {Operation::kConv, 5}};
  std::vector<std::string> chains;
  for (int number = 0; number < kChains; ++number) {
    Chain chain{8, {}};
    for (int layer = 0, digits = number; layer < kLayers; ++layer, digits /= 4)
      chain.layers.push_back(choices[digits % 4]);
    chains.push_back(to_text(chain));
  }
  return chains;
}

SearchData table_images(const std::filesystem::path& cifar10) {
  const Dataset data = open_dataset("cifar10:" + cifar10.string(), 0);
  const ImageSet drawn = draw_images(data.train, 2 * kTableImages, 0);
  const SearchData split = split_for_search(drawn, 0.5, 0);
  return {mean_pooled(split.train), mean_pooled(split.validation)};
}

ChainRow train_row(const SearchData& images, const std::string& chain, int seed) {
  const TrainConfig config = recipe(seed);
  Network network(build_network_spec(chain, images.train.shape, images.train.classes()),
                  measure_pixel_scale(images.train), Rng(config.seed).fork("weights"));
  const TrainResult result = train(network, images.train, &images.validation, config, {});
  ChainRow row{chain, seed, {}, weights_sha256(network).substr(0, 16)};
  const auto count = static_cast<double>(images.validation.count());
  for (const EpochResult& epoch : result.epochs)
    row.correct.push_back(static_cast<int>(std::lround(epoch.eval_accuracy * count)));
  return row;
}

ChainTable read_table(const std::filesystem::path& file) {
  ChainTable table;
  if (!std::filesystem::exists(file)) return table;
  std::istringstream lines(read_text_file(file));
  int number = 0;
  for (std::string line; std::getline(lines, line);) {
    ++number;
    if (line.empty() || line.front() == '#' || line == kHeader) continue;
    const ChainRow row = parse_row(line, file, number);
    table[{row.chain, row.seed}] = row;
  }
  return table;
}

void write_table(const std::filesystem::path& file, const ChainTable& table, const std::string& command) {
  std::string all = text("# ", command, "\n", kHeader, "\n");
  for (const std::string& chain : table_chains())
    for (int seed = 0; seed < kTableSeeds; ++seed) {
      const auto row = table.find({chain, seed});
      if (row == table.end()) continue;
      all += text('"', chain, "\",", seed);
      for (const int correct : row->second.correct) all += text(',', correct);
      all += text(',', row->second.digest, '\n');
    }
  write_text_file(file, all);
}

}  // namespace mininas::bench
