// Measures how the cost of training grows: `scaling_bench [--json] [SVG]`. Starting from `w32:s3*8` with 32x32x3 images
// and batch 64, it varies one quantity at a time: width, depth, image size, batch, each on one thread and on two. It
// prints seconds for 10,000 images and peak memory, and the growth that follows from the multiply-accumulates alone.
// With SVG it also writes the results as a plot.
#include <iostream>

#include "bench/harness.h"
#include "bench/plot.h"
#include "bench/programs.h"
#include "bench/shapes.h"
#include "core/error.h"
#include "core/io/file.h"

using namespace mininas;
using namespace mininas::bench;

namespace {

constexpr double kEpochImages = 10000;
constexpr int kRepeats = 2;  // processes; the fastest counts, since disturbances only slow down

struct Setting {
  int value;  // of the varied quantity
  std::string architecture;
  int size = 32, batch = 64;
};

struct Sweep {
  std::string title, x_label;
  std::vector<Setting> settings;
};

std::vector<Sweep> sweeps() {
  Sweep width{"width", "channels of the first third", {}}, depth{"depth", "layers", {}},
      size{"image", "height and width, pixels", {}}, batch{"batch", "images a step", {}};
  for (const int w : {8, 16, 32, 64, 96}) width.settings.push_back({w, text("w", w, ":s3*8")});
  for (const int d : {4, 8, 16, 32}) depth.settings.push_back({d, text("w32:s3*", d)});
  for (const int s : {32, 64, 96}) size.settings.push_back({s, "w32:s3*8", s});
  for (const int b : {8, 16, 32, 64, 128, 256}) batch.settings.push_back({b, "w32:s3*8", 32, b});
  return {width, depth, size, batch};
}

struct Figures {
  double seconds = 1e300, bytes = 0;
};

Figures measure_setting(const Setting& s, int threads, const WorkFolder& work) {
  Figures figures;
  for (int i = 0; i < kRepeats; ++i) {
    const Record answer = answer_of(
        {mininas_program(), "bench", "--arch", s.architecture, "--input", text(s.size, "x", s.size, "x3"), "--classes",
         text(kClasses), "--batch", text(s.batch), "--threads", text(threads), "--seconds", "0.5", "--json"},
        work);
    figures.seconds = std::min(figures.seconds, kEpochImages / answer.number("train_images_per_second"));
    figures.bytes = answer.number("peak_memory_bytes");
  }
  return figures;
}

// The measurements of one sweep, and the prediction from its first row: time and memory that grow like the
// multiply-accumulates of an image.
class SweepResult {
 public:
  explicit SweepResult(const Sweep& sweep) : sweep_(sweep) {}

  void measure(Table& table, const WorkFolder& work) {
    for (const Setting& s : sweep_.settings) {
      const Figures two = measure_setting(s, 2, work), one = measure_setting(s, 1, work);
      const auto macs =
          static_cast<double>(mac_count(build_network_spec(s.architecture, {s.size, s.size, 3}, kClasses)));
      if (first_macs_ == 0.0) {
        first_macs_ = macs;
        first_ = two;
      }
      const double x = s.value, growth = macs / first_macs_;
      seconds_[0].emplace_back(x, two.seconds);
      seconds_[1].emplace_back(x, one.seconds);
      explained_.emplace_back(x, first_.seconds * growth);
      memory_[0].emplace_back(x, two.bytes / 1048576.0);
      memory_[1].emplace_back(x, one.bytes / 1048576.0);
      table.row({text(sweep_.title, " ", s.value), fixed(macs * 1e-6, 2), fixed(two.seconds, 2), fixed(one.seconds, 2),
                 fixed(one.seconds / two.seconds, 2), fixed(growth, 2), fixed(two.seconds / first_.seconds, 2),
                 fixed(two.seconds * 1e12 / (kEpochImages * macs), 1), fixed(two.bytes / 1048576.0, 0),
                 fixed(one.bytes / 1048576.0, 0)});
    }
  }

  PlotPanel seconds_panel() const {
    return {
        sweep_.title,
        sweep_.x_label,
        "seconds for 10,000 images",
        {{"2 threads", seconds_[0]}, {"1 thread", seconds_[1]}, {"2 threads, if time grew as the MACs", explained_}}};
  }
  PlotPanel memory_panel() const {
    return {sweep_.title, sweep_.x_label, "peak memory, MiB", {{"2 threads", memory_[0]}, {"1 thread", memory_[1]}}};
  }

 private:
  using Points = std::vector<std::pair<double, double>>;
  Sweep sweep_;
  double first_macs_ = 0.0;
  Figures first_;
  Points seconds_[2], memory_[2], explained_;
};

void run(const Arguments& arguments) {
  const WorkFolder work;
  if (!arguments.json)
    std::cout << "# How the cost of training grows\n\n    make bench        # or: build/release/scaling_bench "
                 "bench/results/scaling.svg\n\n"
              << "`w32:s3*8`, 32x32x3, batch 64, " << kClasses
              << " classes; one thing is changed at a time. Seconds for 10,000 images "
              << "(the fastest of " << kRepeats << " processes) and peak memory. " << machine_line() << ".\n\n"
              << "![plot](scaling.svg)\n\n";
  Table table({"what", "MACs, 10^6", "s, 2 threads", "s, 1 thread", "speed-up", "MACs grew", "time grew", "ps a MAC",
               "MiB, 2 threads", "MiB, 1 thread"},
              arguments.json);
  std::vector<PlotPanel> seconds, memory;
  for (const Sweep& sweep : sweeps()) {
    SweepResult result(sweep);
    result.measure(table, work);
    seconds.push_back(result.seconds_panel());
    memory.push_back(result.memory_panel());
  }
  seconds.insert(seconds.end(), memory.begin(), memory.end());
  if (!arguments.words.empty())
    write_text_file(arguments.words.front(), plot_svg("Cost of training w32:s3*8", seconds, 4));
}

}  // namespace

int main(int argc, char** argv) {
  try {
    run(parse_arguments(argc, argv, "usage: scaling_bench [--json] [SVG]"));
  } catch (const Error& error) {
    std::cerr << error.what() << std::endl;
    return 1;
  }
  return 0;
}
