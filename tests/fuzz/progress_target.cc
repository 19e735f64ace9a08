// What an engine writes while it builds: decoder, tracker and the verdict on a failure.
#include "executor/progress_decoder.h"

#include "common/base/utf8.h"
#include "executor/build_failure.h"
#include "executor/build_tracker.h"
#include "tests/fuzz/target.h"

namespace lif {
namespace {

struct Decoded {
  std::string plain;
  std::string log;
  size_t events = 0;
  int64_t dropped = 0;
  BuildFailure failure;
};

Decoded Decode(std::string_view input, size_t piece) {
  Decoded decoded;
  BuildTracker tracker({[&decoded](std::string_view text) { decoded.log.append(text); },
                        [](const BuildProgress& progress) {
                          FuzzRequire(progress.step >= 0, "steps are counted up");
                        }});
  ProgressDecoder decoder([&](const ProgressEvent& event) {
    ++decoded.events;
    tracker.Apply(event);
  });
  for (size_t at = 0; at < input.size(); at += piece) decoder.Feed(input.substr(at, piece));
  decoder.Finish();
  tracker.Finish();
  decoded.plain = decoder.plain();
  decoded.dropped = decoder.dropped_objects();
  tracker.Steps();
  ProcessResult result;
  result.exit_code = 1;
  decoded.failure = ClassifyBuildFailure({result, tracker.Failed(), decoded.plain, "Dockerfile"});
  return decoded;
}

}  // namespace

void FuzzOne(std::string_view input) {
  const Decoded whole = Decode(input, std::max<size_t>(input.size(), 1));
  const Decoded cut = Decode(input, 7);
  FuzzRequire(whole.plain == cut.plain && whole.log == cut.log && whole.events == cut.events &&
                  whole.dropped == cut.dropped,
              "a stream decodes alike however it is cut");
  FuzzRequire(whole.plain.size() <= 128 << 10, "plain text is bounded");
  FuzzRequire(!whole.failure.message.empty(), "a failure has words");
  FuzzRequire(whole.failure.log_tail.size() <= 50, "the tail is bounded");
}

}  // namespace lif
