// mininas take: one candidate of a search all the way to verified C.
#include <charconv>
#include <memory>

#include "core/error.h"
#include "search/cli/commands.h"
#include "search/cli/progress.h"
#include "search/job/pipeline.h"

namespace mininas {
namespace {

struct Options {
  CommonOptions common;
  FileOptions files;
  std::string run, number, data, out;
};

// Throws UsageError where there is no such candidate.
const JournalEntry& candidate_of(const Journal& journal, const Options& o) {
  size_t number = 0;
  const char* const end = o.number.data() + o.number.size();
  const auto [stop, status] = std::from_chars(o.number.data(), end, number);
  if (status != std::errc() || stop != end || number < 1 || number > journal.entries().size())
    throw UsageError(text("'", o.number, "': expected the number of a candidate, 1 to ", journal.entries().size(),
                          "; `mininas candidates ", o.run, "` lists them"));
  return journal.entries()[number - 1];
}

int run(const Options& o, const Command& command) {
  apply(o.common);
  const RunFolder source = RunFolder::view(o.run);
  const RunFile search = read_run_file(source, "search");
  const Journal journal(source.journal_file());
  const JournalEntry& entry = candidate_of(journal, o);
  TakeSettings settings{to_text(entry.trial.candidate.architecture), o.run, entry.trial.index + 1,
                        search_settings_from(search.settings)};
  Progress progress(o.common.quiet);
  if (const auto why = why_over(settings.search.budget, entry.cost))
    progress.notice(text("candidate ", settings.candidate, ": ", *why));
  const Dataset data = open_run_data(source, o.data, DataUse::kGoOn, o.files, o.common);
  const RunIdentity identity{"take", command.typed(), data.source, content_digest(data.train),
                             content_digest(data.test)};
  const RunFolder folder = open_take(o.out, identity, settings, data);
  try {
    const RunSummary summary = run_take(folder, identity, settings, data, progress.pipeline_hooks());
    progress.clear();
    if (o.common.json) {
      print_json(to_record(summary));
    } else {
      print_summary(summary, o.out);
      print_what_follows(summary, o.out);
    }
  } catch (const Interrupted& stop) {
    throw Interrupted(text(stop.what(), "; go on with: ", command.typed()));
  }
  return 0;
}

}  // namespace

void add_take_command(Parser& parser) {
  auto o = std::make_shared<Options>();
  Command& command = parser.add(
      "take", "trains, quantises, exports and verifies one candidate of a search, as the search does with its own",
      "Example:\n  mininas take run 7 --out run7\n\n`mininas candidates run` lists the candidates with their numbers. "
      "The "
      "settings are those of the search. After an interruption the same command goes on where it stopped.",
      [o](const Command& given) { return run(*o, given); });
  command.positional("RUN", o->run, "folder of the search");
  command.positional("NUMBER", o->number, "the candidate, by its number in `mininas candidates RUN`");
  command.required("out", o->out, "folder for the new run");
  command.option("data", o->data, "the images; default: those of the search");
  add_common(command, o->common, {.seed = false});
}

}  // namespace mininas
