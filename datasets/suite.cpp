#include "datasets/suite.h"

#include "core/error.h"

namespace mininas {
namespace {

namespace fs = std::filesystem;

SuiteEntry cifar(std::vector<std::string> classes, double gain, double efficiency) {
  SuiteEntry entry{"", SuiteSource::kCifar10, std::move(classes), 10, gain, efficiency};
  for (const std::string& name : entry.classes) entry.name += (entry.name.empty() ? "" : "-") + name;
  if (entry.classes.empty())
    entry.name = "cifar10";
  else
    entry.class_count = static_cast<int>(entry.classes.size());
  return entry;
}

SuiteEntry tiny(std::string name, std::vector<std::string> classes, double gain, double efficiency) {
  const auto count = static_cast<int>(classes.size());
  return {std::move(name), SuiteSource::kTinyImagenet, std::move(classes), count, gain, efficiency};
}

std::vector<SuiteEntry> make_table() {
  return {
      cifar({"airplane", "automobile"}, 0.15, 3.1),
      cifar({"automobile", "bird"}, -0.45, 17.6),
      cifar({"bird", "cat"}, -0.25, 8.1),
      cifar({"cat", "deer"}, -0.8, 14.9),
      cifar({"deer", "dog"}, 0, 4.4),
      cifar({"dog", "frog"}, 0, 12.5),
      cifar({"frog", "horse"}, -0.7, 103.9),
      cifar({"horse", "ship"}, -0.45, 20.1),
      cifar({"ship", "truck"}, -0.25, 16.2),
      cifar({"truck", "airplane"}, -0.2, 52),
      cifar({"airplane", "automobile", "bird"}, -0.27, 1.8),
      cifar({"bird", "cat", "deer"}, -1.23, 12.5),
      cifar({"deer", "dog", "frog"}, -0.34, 12.8),
      cifar({"frog", "horse", "ship"}, -0.06, 9.2),
      cifar({"ship", "truck", "airplane"}, 0.43, 10.6),
      cifar({"airplane", "automobile", "bird", "cat"}, 0.05, 0.6),
      cifar({"cat", "deer", "dog", "frog"}, -0.57, 5.9),
      cifar({"frog", "horse", "ship", "truck"}, -0.68, 2.8),
      cifar({"airplane", "automobile", "bird", "cat", "deer"}, -1.14, 2.1),
      cifar({"dog", "frog", "horse", "ship", "truck"}, 0.05, 3.9),
      cifar({}, 0.29, 1.6),
      tiny("volleyball-basketball", {"n04540053=volleyball", "n02802426=basketball"}, -1, 11.9),
      tiny("espresso-icecream", {"n07920052=espresso", "n07614500=icecream"}, -2, 8.9),
      tiny("soda_bottle-beer_bottle", {"n03983396=soda_bottle", "n02823428=beer_bottle"}, 2, 15.1),
      tiny("bucket-barrel", {"n02909870=bucket", "n02795169=barrel"}, 1, 44.4),
      tiny("seashore-lakeside", {"n09428293=seashore", "n09332890=lakeside"}, 1, 5.9),
      tiny("egyptian_cat-persian_cat", {"n02124075=egyptian_cat", "n02123394=persian_cat"}, 2, 5.5),
      tiny("limousine-sports_car", {"n03670208=limousine", "n04285008=sports_car"}, -2, 11.9),
      tiny("bullfrog-tailed_frog", {"n01641577=bullfrog", "n01644900=tailed_frog"}, 3, 10.1),
      tiny("dogs",
           {"n02085620=chihuahua", "n02094433=yorkshire_terrier", "n02099601=golden_retriever",
            "n02099712=labrador_retriever", "n02106662=german_shepherd", "n02113799=standard_poodle"},
           -3, 4.9),
      tiny("vehicles",
           {"n02814533=beach_wagon", "n02917067=bullet_train", "n03100240=convertible", "n03393912=freight_car",
            "n03444034=go_kart", "n03447447=gondola", "n03599486=jinrikisha", "n03662601=lifeboat",
            "n03670208=limousine", "n03796401=moving_van", "n03977966=police_van", "n04146614=school_bus",
            "n04285008=sports_car", "n04465501=tractor", "n04487081=trolleybus"},
           -3.07, 8.7),
  };
}

bool is_folder(const fs::path& path) {
  std::error_code ignored;
  return fs::is_directory(path, ignored);
}

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& word : words) out += (out.empty() ? "" : ",") + word;
  return out;
}

}  // namespace

const std::vector<SuiteEntry>& suite_table() {
  static const std::vector<SuiteEntry> table = make_table();
  return table;
}

const SuiteEntry& suite_entry(const std::string& name) {
  std::string known;
  for (const SuiteEntry& entry : suite_table()) {
    if (entry.name == name) return entry;
    known += (known.empty() ? "" : ", ") + entry.name;
  }
  throw ConfigError(text("'", name, "' is not a data set of the suite; the data sets are: ", known));
}

std::optional<std::string> suite_data(const SuiteEntry& entry, const fs::path& root) {
  if (entry.source == SuiteSource::kCifar10) {
    const fs::path folder = root / "cifar-10-batches-bin";
    if (!is_folder(folder)) return std::nullopt;
    return text("cifar10:", folder.string(), entry.classes.empty() ? "" : ":", joined(entry.classes));
  }
  if (const fs::path folder = root / "tiny-imagenet-200"; is_folder(folder))
    return "tiny-imagenet:" + folder.string() + ":" + joined(entry.classes);
  if (const fs::path folder = root / "tiny-imagenet-pairs" / entry.name; is_folder(folder))
    return "folder:" + folder.string();
  return std::nullopt;
}

std::string how_to_get(const SuiteEntry& entry, const fs::path& root) {
  if (entry.source == SuiteSource::kCifar10)
    return text("CIFAR-10 is missing: expected ", (root / "cifar-10-batches-bin").string(),
                "; `make cifar10` downloads it into build/data");
  return text(
      "Tiny ImageNet is missing: expected ", (root / "tiny-imagenet-200").string(),
      "; download http://cs231n.stanford.edu/tiny-imagenet-200.zip and unpack it there (or put the images of one "
      "data set into ",
      (root / "tiny-imagenet-pairs").string(), "/NAME/train/CLASS and test/CLASS)");
}

}  // namespace mininas
