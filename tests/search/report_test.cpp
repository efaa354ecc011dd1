#include "mcu/host/cost/sizes.h"
#include "nn/quant/quantized_network.h"
#include "nn/train/trainer.h"
#include "search/cost/cost.h"
#include "search/job/final_evaluation.h"
#include "search/methods/registry.h"
#include "search/record/picture.h"
#include "search/report/html.h"
#include "search/report/plot.h"
#include "search/report/report_parts.h"
#include "tests/nn/small_networks.h"
#include "tests/support/catch.h"
#include "tests/support/temp_dir.h"

using namespace mininas;
using namespace mininas::test;

TEST_CASE(
    "how the finished networks classify the test images is recorded, the most confident mistakes first and with their "
    "pictures",
    "[search][report]") {
  const NetworkSpec spec = plain_network();
  const ImageSet images = noise_images(spec.input(), spec.classes(), 60, Rng(3));
  Network network(spec, measure_pixel_scale(images), Rng(5));
  const QuantizedModel model = QuantizedNetwork(network, images.class_names, images).freeze();
  const FinalEvaluation found = evaluate_finished(network, model, images);
  const Evaluation expected = evaluate(integer_predict(model, images.pixels.data(), images.count()), images);
  CHECK(found.integer.correct == expected.correct);
  CHECK(found.real.accuracy == evaluate(network, images).accuracy());
  for (size_t i = 0; i < found.integer.confusion.size(); ++i)
    CHECK(found.integer.confusion[i].predicted ==
          std::vector<int>(expected.confusion[i].begin(), expected.confusion[i].end()));
  REQUIRE(found.mistakes.size() == std::min<size_t>(24, static_cast<size_t>(images.count() - expected.correct)));
  for (size_t i = 0; i < found.mistakes.size(); ++i) {
    const Mistake& mistake = found.mistakes[i];
    CHECK(mistake.label != mistake.prediction);
    if (i > 0) CHECK(mistake.confidence <= found.mistakes[i - 1].confidence);
    CHECK(mistake.picture ==
          encode_bitmap(images.image(mistake.image), images.shape.height, images.shape.width, images.shape.channels));
  }
  const Record record = to_record(found);
  CHECK(to_record(from_record<FinalEvaluation>(record)).to_line() == record.to_line());
}

TEST_CASE("text in a report cannot become markup", "[search][report]") {
  CHECK(escaped("a<b & \"c\">") == "a&lt;b &amp; &quot;c&quot;&gt;");
  CHECK_THAT(html_page("<t>", "", {}), Catch::Contains("<title>&lt;t&gt;</title>"));
}

static std::string lower(std::string word) {
  for (char& c : word) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return word;
}

TEST_CASE("a report explains every word of the glossary, in alphabetical order", "[search][report]") {
  const auto words = glossary();
  const std::string html = glossary_part().content;
  REQUIRE(words.size() > 50);
  for (size_t i = 1; i < words.size(); ++i) CHECK(lower(words[i - 1].first) < lower(words[i].first));
  for (const auto& [word, meaning] : words) {
    INFO(word);
    CHECK(meaning.ends_with('.'));
    CHECK_THAT(html, Catch::Contains(element("dt", word)));
  }
  CHECK_THAT(html, Catch::Contains("<code>w16:s3*5</code> is one.") && !Catch::Contains("`"));
}

TEST_CASE("base64 is that of RFC 4648", "[search][report]") {
  const auto encoded = [](const std::string& s) { return base64({s.begin(), s.end()}); };
  CHECK(encoded("").empty());
  CHECK(encoded("f") == "Zg==");
  CHECK(encoded("fo") == "Zm8=");
  CHECK(encoded("foo") == "Zm9v");
  CHECK(encoded("foobar") == "Zm9vYmFy");
}

TEST_CASE("a bitmap has its rows from below, in words, blue first", "[search][report]") {
  // 1x2: red above, then blue; a row is 3 bytes and one of padding.
  const uint8_t pixels[] = {255, 0, 0, 0, 0, 255};
  std::vector<uint8_t> file = {'B', 'M', 62, 0, 0, 0, 0, 0, 0, 0, 54, 0, 0, 0,  40,
                               0,   0,   0,  1, 0, 0, 0, 2, 0, 0, 0,  1, 0, 24, 0};
  file.resize(54);
  for (const int byte : {255, 0, 0, 0, 0, 0, 255, 0}) file.push_back(static_cast<uint8_t>(byte));
  CHECK(encode_bitmap(pixels, 2, 1, 3) == base64(file));
}

TEST_CASE("ticks are round numbers that cover the range", "[search][report]") {
  CHECK(ticks(0, 10, 5) == std::vector<double>{0, 2, 4, 6, 8, 10});
  CHECK(ticks(93.2, 96.1, 6) == std::vector<double>{93.5, 94, 94.5, 95, 95.5, 96});
  CHECK(ticks(1, 3, 6, true) == std::vector<double>{1, 2, 3});
  CHECK(tick_text(ticks(-1, 12, 6).front()) == "0");
  CHECK(log_ticks(0.9, 40) == std::vector<double>{1, 2, 5, 10, 20});
  CHECK(log_ticks(2.8, 19) == std::vector<double>{3, 5, 7, 10, 15});
  CHECK(log_ticks(0.6, 2000) == std::vector<double>{1, 10, 100, 1000});
  CHECK(tick_text(1250) == "1.25k");
  CHECK(tick_text(3e6) == "3M");
  CHECK(tick_text(0.5) == "0.5");
}

TEST_CASE("an axis has a tick at both ends, with all points and their errors between them", "[search][report]") {
  Plot plot{
      "Title", "bytes", "accuracy, %", {{"kept", "kept", Mark::kDot, {{1210, 83.4, "", 2.5}, {8790, 97.2, "", 1}}}}};
  const std::string svg = to_html(plot);
  for (const char* tick : {">0<", ">10k<", ">80<", ">100<"}) CHECK_THAT(svg, Catch::Contains(tick));
  // Each error is a bar with two ends.
  const auto count = [&](const std::string& part) {
    int found = 0;
    for (size_t at = svg.find(part); at != std::string::npos; at = svg.find(part, at + 1)) ++found;
    return found;
  };
  CHECK(count("opacity") == 6);
  plot.log_x = true;
  plot.series[0].points = {{3, 90}, {41, 95}};
  const std::string logarithmic = to_html(plot);
  for (const char* tick : {">2<", ">50<"}) CHECK_THAT(logarithmic, Catch::Contains(tick));
}

TEST_CASE("a plot says what it shows to who does not see it", "[search][report]") {
  const Plot plot{
      "Flash",
      "flash, bytes",
      "score, %",
      {{"kept", "kept", Mark::kDot, {{1000, 80}, {2000, 95}, {3000, 90}}}, {"none", "final", Mark::kDot, {}}},
      4000};
  CHECK(described(plot) ==
        "score, % over flash, bytes. kept: 3 points, lowest (1k, 80), highest (2k, 95), last (3k, 90). limit: 4k");
  CHECK_THAT(to_html(plot), Catch::Contains("role=\"img\" aria-label=\"Flash: score, % over flash"));
}

TEST_CASE("labels of points are written where there is room, and left out where there is none", "[search][report]") {
  Plot plot{"Suite", "x", "y", {{"ours", "final", Mark::kDot, {}}}};
  for (int i = 0; i < 20; ++i) plot.series[0].points.push_back({1, 1, "", 0, "bird-cat"});
  plot.series[0].points.push_back({5, 5, "", 0, "dog-frog"});
  const std::string svg = to_html(plot);
  CHECK_THAT(svg, Catch::Contains(">dog-frog<"));
  int written = 0;
  for (size_t at = svg.find(">bird-cat<"); at != std::string::npos; at = svg.find(">bird-cat<", at + 1)) ++written;
  CHECK(written >= 1);
  CHECK(written <= 4);
}

TEST_CASE("a table is sorted without scripts: each row knows its place in every order", "[search][report]") {
  const SortedTable sorted{
      {"Fruit", {"name", "price"}, {{"apple", "3"}, {"pear", "1"}}, 1}, {{"number", {}}, {"price", {1, 0}}}, {10, 8}};
  const std::string html = to_html(sorted);
  CHECK_THAT(html, Catch::Contains("<input type=\"radio\" name=\"by\" id=\"by0\" checked>") &&
                       Catch::Contains(".sortable:has(#by1:checked) tbody tr{order:var(--by1)}") &&
                       Catch::Contains("style=\"--by1:1;\"><td role=\"cell\">apple</td>") &&
                       Catch::Contains("style=\"--by1:0;\"><td role=\"cell\">pear</td>"));
}

TEST_CASE("the worst class is named, and one that is never predicted", "[search][report]") {
  const TestResult result{0.9, 9, {{"bird", {8, 0, 0}}, {"cat", {1, 1, 0}}, {"dog", {0, 0, 0}}}};
  CHECK(worst_class_text(result) == "The worst class is cat with 50.00 % of 2 images. Never predicted: dog.");
  CHECK(chance_of(result) == 0.8);
  CHECK(share_error(0.5, 100) == Approx(0.05).epsilon(0.01));
}

TEST_CASE("the arena is drawn with every piece at its address, and none above its end", "[search][report]") {
  for (const NetworkSpec& spec : {plain_network(), residual_network()}) {
    const std::string drawing = arena_drawing(spec, RamPlan::kStrips);
    const std::string bytes = grouped(device_cost(spec, RamPlan::kStrips).ram_bytes);
    CHECK_THAT(drawing, Catch::Contains("The arena over time: " + bytes + " bytes"));
    for (size_t at = drawing.find("height=\""); at != std::string::npos; at = drawing.find("height=\"", at + 1))
      CHECK(std::stod(drawing.substr(at + 8)) > 0);
    CHECK_THAT(drawing, Catch::Contains("bytes 0 to ") && !Catch::Contains("y=\"-"));
  }
}

TEST_CASE("a plot of rows has the name of each, and points beside it", "[search][report]") {
  Plot plot{"Gain", "points", "", {{"ours", "final", Mark::kDot, {{-1, 0, "first"}, {2, 1, "second"}}}}, std::nullopt};
  plot.rows = {"bird-cat", "a-very-long-name-of-a-data-set"};
  const std::string svg = to_html(plot);
  CHECK_THAT(svg, Catch::Contains(">bird-cat<") && Catch::Contains(">a-very-long-name-of-a-data-set<") &&
                      Catch::Contains("points"));
  // The first row is above the second.
  const auto height_of = [&](const std::string& note) {
    const size_t title = svg.find("<title>" + note), mark = svg.rfind("cy=\"", title);
    return std::stod(svg.substr(mark + 4));
  };
  CHECK(height_of("first") + 10 < height_of("second"));
}

TEST_CASE("a plot has its points, its units and a legend, and is left out without points", "[search][report]") {
  Plot plot{"Title", "bytes", "accuracy, %", {{"kept", "kept", Mark::kDot, {}}}, std::nullopt};
  CHECK(to_html(plot).empty());
  plot.series[0].points = {{1, 90, "w8 <best>"}};
  plot.x_limit = 4;
  const std::string svg = to_html(plot);
  CHECK_THAT(svg, Catch::Contains("accuracy, %") && Catch::Contains("bytes") && Catch::Contains("w8 &lt;best&gt;") &&
                      Catch::Contains("limit"));
  CHECK(svg.find("nan") == std::string::npos);
  CHECK(svg.find("inf") == std::string::npos);
}

namespace {

JournalEntry trained(int index, const std::string& architecture, int epochs, int branch_epoch,
                     const std::vector<std::string>& ancestors, const std::vector<double>& curve) {
  JournalEntry entry;
  entry.trial.index = index;
  entry.trial.candidate = {.stage = "depth",
                           .architecture = parse_architecture(architecture),
                           .epochs = epochs,
                           .branch_epoch = branch_epoch,
                           .ancestors = {}};
  for (const std::string& ancestor : ancestors) entry.trial.candidate.ancestors.push_back(parse_architecture(ancestor));
  entry.trial.outcome.curve = curve;
  entry.trial.outcome.image_epochs = 100 * static_cast<int64_t>(curve.size());
  entry.cost.parameters = 1000;
  return entry;
}

}  // namespace

TEST_CASE("a report tells which candidates started with the weights of another, and draws them from there on",
          "[search][report]") {
  const TempDir folder;
  Journal journal(folder / "journal.jsonl");
  JournalEntry over_budget = trained(2, "w16:s3*4", 5, 3, {}, {});
  over_budget.trial.outcome.status = Status::kInfeasible;
  journal.append(trained(0, "w16:s3*3", 5, 3, {}, {60, 70, 75, 78, 80}));
  journal.append(trained(1, "w16:s3*2,c3", 5, 3, {"w16:s3*3"}, {79, 81}));
  journal.append(over_budget);
  const std::string counts =
      candidates_part(journal, parse_architecture("w16:s3*3"), {}, "validation accuracy").content;
  CHECK_THAT(counts, Catch::Contains("2 of them trained, on 700 images in all"));
  CHECK_THAT(counts, Catch::Contains("; 1 started with the weights of another"));
  const std::string path = path_part(journal, *make_method("mini-nas")).content;
  CHECK_THAT(path, Catch::Contains("5 epochs, the first 3 of them as <code>w16:s3*3</code>") &&
                       Catch::Contains("parameters, not trained"));
  const Plot curves = candidate_curves(journal, "validation accuracy");
  REQUIRE(curves.series.size() == 2);
  CHECK(curves.series[0].points.front().x == 1);
  CHECK(curves.series[1].points.front().x == 4);
  CHECK(curves.series[1].points.back().x == 5);
}

TEST_CASE("a chain is drawn as a row of blocks, a network with branches with a line for every input",
          "[search][report]") {
  const auto count = [](const std::string& drawing, const std::string& part) {
    int found = 0;
    for (size_t at = drawing.find(part); at != std::string::npos; at = drawing.find(part, at + 1)) ++found;
    return found;
  };
  const std::string chain = network_drawing(plain_network(), RamPlan::kStrips);
  CHECK(count(chain, "class=\"rail\"") == 0);
  const NetworkSpec branched = residual_network();
  const std::string drawing = network_drawing(branched, RamPlan::kStrips);
  for (int i = 0; i < branched.size(); ++i)
    for (const int input : branched.inputs(i)) {
      const std::string from = input == kImage ? "image" : branched.layer(input).name;
      CHECK(count(drawing, "<title>" + from + " to " + branched.layer(i).name + "</title>") == 1);
    }
}
