// `mininas predict`, `mininas eval --mistakes`, and the names of files on the way from a folder to both.
#include <algorithm>
#include <filesystem>

#include "core/io/file.h"
#include "core/rng.h"
#include "search/record/record_file.h"
#include "tests/cli/program.h"
#include "tests/datasets/files.h"
#include "tests/support/catch.h"
#include "tests/support/temp_dir.h"

using namespace mininas;
using namespace mininas::test;
namespace fs = std::filesystem;

namespace {

// Two classes of noise around another colour, easy but for a few images that lie in the folder of the other class.
void put_photos(const fs::path& folder, int count, uint64_t seed) {
  Rng rng(seed);
  for (int i = 0; i < count; ++i)
    for (const bool red : {true, false}) {
      Bytes samples;
      for (int pixel = 0; pixel < 64; ++pixel)
        for (int c = 0; c < 3; ++c)
          samples.push_back(static_cast<uint8_t>((c == 0) == red ? 160 + rng.below(90) : rng.below(90)));
      const bool wrong = i % 8 == 7;
      put_file(folder / (red != wrong ? "red" : "other, blue") / (std::to_string(i) + (wrong ? "-wrong.png" : ".png")),
               make_png(8, 8, 2, samples));
    }
}

// A run that was trained and quantised on such photos; the test images are those with "-wrong" and some others.
const fs::path& photo_run() {
  static const TempDir folder;
  static const fs::path run = folder / "run";
  if (!fs::exists(run)) {
    put_photos(folder / "photos/train", 24, 1);
    put_photos(folder / "photos/test", 16, 2);
    const ProgramResult trained = mininas::test::mininas(
        {"train", "--arch", "w4:s3*3", "--data", "folder:" + (folder / "photos").string(), "--epochs", "15", "--batch",
         "8", "--cutout", "0", "--crop-padding", "0", "--out", run.string(), "--threads", "1", "--quiet", "--no-flip"});
    REQUIRE(trained.status == 0);
    CHECK_THAT(trained.output, Catch::Contains("next             mininas quantize " + run.string()));
    const ProgramResult quantised =
        mininas::test::mininas({"quantize", run.string(), "--qat-epochs", "1", "--quiet", "--threads", "1"});
    REQUIRE(quantised.status == 0);
    CHECK_THAT(quantised.output, Catch::Contains("next             mininas verify " + run.string()));
  }
  return run;
}

ProgramResult predict(std::vector<std::string> words) {
  words.insert(words.begin(), {"predict", photo_run().string()});
  return mininas::test::mininas(words);
}

}  // namespace

TEST_CASE("eval lists every mistake with its file, label, prediction and confidence, in both arithmetics",
          "[cli][predict]") {
  for (const bool int8 : {true, false}) {
    std::vector<std::string> words = {"eval", photo_run().string(), "--mistakes"};
    if (int8) words.push_back("--int8");
    const ProgramResult table = mininas::test::mininas(words);
    words.push_back("--json");
    const Record json = mininas::test::mininas(words).json();
    const std::vector<Record> mistakes = json.records("mistakes");
    REQUIRE(mistakes.size() == static_cast<size_t>(json.integer("images") - json.integer("correct")));
    REQUIRE(!mistakes.empty());
    for (const Record& mistake : mistakes) {
      CHECK(mistake.string("label") != mistake.string("prediction"));
      CHECK(mistake.number("confidence") >= 0.5);
      const std::string file = mistake.string("file");
      CHECK_THAT(file, Catch::StartsWith("test/" + mistake.string("label") + "/"));
      CHECK(fs::exists(photo_run().parent_path() / "photos" / file));
      CHECK_THAT(table.output, Catch::Contains(file));
      CHECK_THAT(table.output, Catch::Contains(mistake.string("label") + ", " + mistake.string("prediction") + " ("));
    }
    CHECK(mistakes.size() <= 6);  // about the four photos in the wrong folder
  }
}

TEST_CASE("predict tells class and confidence of files and folders, as a table, CSV and JSON", "[cli][predict]") {
  const fs::path photos = photo_run().parent_path() / "photos/test";
  const ProgramResult all = predict({photos.string(), "--json"});
  INFO(all.errors);
  REQUIRE(all.status == 0);
  const std::vector<Record> rows = all.json().records("predictions");
  REQUIRE(rows.size() == 32);
  // The same as eval says, image by image: it is the same network on the same bytes.
  const Record evaluated = mininas::test::mininas({"eval", photo_run().string(), "--int8", "--json"}).json();
  int correct = 0;
  for (const Record& row : rows)
    correct += fs::path(row.string("file")).parent_path().filename().string() == row.string("class");
  CHECK(correct == evaluated.integer("correct"));
  const std::vector<double> probabilities = rows.front().numbers("probabilities");
  CHECK(probabilities[0] + probabilities[1] == Approx(1));
  CHECK(rows.front().number("confidence") == std::max(probabilities[0], probabilities[1]));

  const std::string one = (photos / "red/0.png").string(), other = (photos / "other, blue/0.png").string();
  const ProgramResult csv = predict({one, other, "--csv"});
  CHECK(csv.output.rfind("file,class,confidence\n" + one + ",red,0.", 0) == 0);
  CHECK_THAT(csv.output, Catch::Contains("\"" + other + "\",\"other, blue\",0."));
  CHECK_THAT(predict({one}).output, Catch::Contains("red") && Catch::Contains(" %"));
  CHECK(predict({one, "--float", "--json"}).json().string("arithmetic") == "float");
}

TEST_CASE("predict sorts images into folders of their classes and replaces nothing there", "[cli][predict]") {
  const TempDir folder;
  const fs::path photos = photo_run().parent_path() / "photos/test";
  const std::string inbox = (folder / "inbox").string();
  put_photos(folder / "inbox", 3, 5);
  put_file(folder / "sorted/red/0.png", {1, 2, 3});
  for (int again = 0; again < 2; ++again)
    CHECK(predict({inbox, "--sort-into", (folder / "sorted").string(), "--quiet"}).status == 0);
  size_t count = 0;
  for (const auto& entry : fs::recursive_directory_iterator(folder / "sorted")) count += entry.is_regular_file();
  CHECK(count == 7);  // six images, and the one that was there
  CHECK(read_text_file(folder / "sorted/red/0.png") == "\x01\x02\x03");
  CHECK(read_text_file(folder / "sorted/red/0-2.png") == read_text_file(folder / "inbox/red/0.png"));
}

TEST_CASE("predict names every file that it cannot read, predicts the others and is exit status 1", "[cli][predict]") {
  const TempDir folder;
  put_photos(folder / "inbox", 2, 6);
  put_file(folder / "inbox/empty.png", {});
  put_file(folder / "inbox/text.jpg", {'h', 'i'});
  put_file(folder / "inbox/notes.txt", {'h', 'i'});
  const ProgramResult answer = predict({(folder / "inbox").string(), "--json", "--quiet"});
  CHECK(answer.status == 1);
  CHECK(answer.json().records("predictions").size() == 4);
  CHECK(answer.json().strings("unreadable").size() == 2);
  CHECK_THAT(answer.errors,
             Catch::Contains("empty.png") && Catch::Contains("text.jpg") && !Catch::Contains("notes.txt"));
  CHECK(predict({(folder / "none.png").string()}).status == 1);
  CHECK_THAT(predict({(folder.path() / "inbox/red/nowhere").string()}).errors,
             Catch::Contains("no such file or folder"));
  fs::create_directories(folder / "bare");
  CHECK_THAT(predict({(folder / "bare").string()}).errors, Catch::Contains("holds no image"));
  CHECK(predict({}).status == 2);
  CHECK(predict({"x.png", "--csv", "--json"}).status == 2);
}
