// The parser against generated streams: what it delivers must not depend on how the bytes are cut, and no
// bytes at all may make it crash or overstep its limit.
#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "gateway/websocket/client_frames.h"
#include "gateway/websocket/frame_parser.h"

namespace sail::gateway::websocket {
namespace {

constexpr size_t kLimit = 5000;

class Recorder : public FrameHandler {
 public:
  void OnText(std::string_view text) override { Add('t', text); }
  void OnBinary(std::string_view bytes) override { Add('b', bytes); }
  void OnPing(std::string_view payload) override { Add('i', payload); }
  void OnPong(std::string_view payload) override { Add('o', payload); }
  void OnClose(CloseCode code, std::string_view reason) override { Add('c', reason); }

  std::vector<std::string> events;

 private:
  void Add(char kind, std::string_view payload) {
    EXPECT_LE(payload.size(), kLimit);
    events.push_back(kind + std::string(payload));
  }
};

class RandomStream {
 public:
  explicit RandomStream(uint32_t seed) : random_(seed) {}

  size_t Below(size_t n) { return std::uniform_int_distribution<size_t>(0, n - 1)(random_); }

  std::string Bytes(size_t size) {
    std::string bytes(size, '\0');
    for (char& c : bytes) c = static_cast<char>(Below(256));
    return bytes;
  }

  std::string Text(size_t characters) {
    static const char* const kAlphabet[] = {"a", "Z", "\"", "\xC3\xA9", "\xE2\x82\xAC", "\xF0\x9F\x98\x80"};
    std::string text;
    for (size_t i = 0; i < characters; ++i) text += kAlphabet[Below(6)];
    return text;
  }

  // Appends one valid message, cut into fragments with control frames in between, and what the parser should
  // say.
  void AppendMessage(std::string* bytes, std::vector<std::string>* expected) {
    const bool text = Below(2) == 0;
    const std::string payload = text ? Text(Below(300)) : Bytes(Below(900));
    Opcode opcode = text ? Opcode::kText : Opcode::kBinary;
    size_t at = 0;
    for (;;) {
      const bool last = Below(3) != 0;
      const size_t take = last ? payload.size() - at : Below(payload.size() - at + 1);
      *bytes += ClientFrame(opcode, std::string_view(payload).substr(at, take), last, Bytes(4));
      opcode = Opcode::kContinuation;
      at += take;
      if (last) break;
      if (Below(3) == 0) {
        const std::string ping = Bytes(Below(126));
        *bytes += ClientFrame(Opcode::kPing, ping, true, Bytes(4));
        expected->push_back('i' + ping);
      }
    }
    expected->push_back((text ? 't' : 'b') + payload);
  }

 private:
  std::mt19937 random_;
};

struct Outcome {
  std::vector<std::string> events;
  int violation = 0;
};

Outcome FeedInPieces(std::string bytes, RandomStream& random, size_t longest) {
  Recorder recorder;
  FrameParser parser(kLimit, &recorder);
  Outcome outcome;
  for (size_t at = 0; at < bytes.size();) {
    const size_t take = std::min(bytes.size() - at, 1 + random.Below(longest));
    if (const auto violation = parser.Feed(bytes.data() + at, take))
      outcome.violation = static_cast<int>(violation->code);
    at += take;
  }
  outcome.events = recorder.events;
  return outcome;
}

TEST(FrameParserRandomTest, ValidStreamsArriveWhateverTheCuts) {
  for (uint32_t seed = 0; seed < 300; ++seed) {
    RandomStream random(seed);
    std::string bytes;
    std::vector<std::string> expected;
    for (size_t i = 0; i < 20; ++i) random.AppendMessage(&bytes, &expected);
    for (const size_t longest : {3, 50, 2000}) {
      const Outcome outcome = FeedInPieces(bytes, random, longest);
      ASSERT_EQ(outcome.violation, 0) << seed;
      ASSERT_EQ(outcome.events, expected) << seed;
    }
  }
}

TEST(FrameParserRandomTest, SpoiltStreamsEndTheSameWayWhateverTheCuts) {
  int violations = 0;
  for (uint32_t seed = 0; seed < 2000; ++seed) {
    RandomStream random(seed);
    std::string bytes;
    std::vector<std::string> ignored;
    for (size_t i = 0; i < 4; ++i) random.AppendMessage(&bytes, &ignored);
    for (size_t i = 0; i < 3; ++i)
      bytes[random.Below(bytes.size())] ^= static_cast<char>(1 << random.Below(8));
    const Outcome whole = FeedInPieces(bytes, random, bytes.size());
    const Outcome cut = FeedInPieces(bytes, random, 7);
    ASSERT_EQ(whole.events, cut.events) << seed;
    ASSERT_EQ(whole.violation, cut.violation) << seed;
    violations += whole.violation != 0;
  }
  EXPECT_GT(violations, 200) << "the streams were not spoilt";
}

TEST(FrameParserRandomTest, NoBytesMakeItCrash) {
  for (uint32_t seed = 0; seed < 5000; ++seed) {
    RandomStream random(seed);
    const Outcome outcome = FeedInPieces(random.Bytes(1 + random.Below(400)), random, 64);
    ASSERT_TRUE(outcome.violation == 0 || outcome.violation == 1002 || outcome.violation == 1007 ||
                outcome.violation == 1009);
  }
}

}  // namespace
}  // namespace sail::gateway::websocket
